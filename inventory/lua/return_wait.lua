-- Gives somebody his place back, with its old rank, when the units that he was offered turned out not to be there.
-- KEYS     ledger, the place's record, the hold, products waited for, stores where this one is, ends of places, places of
--          the customer, the line at each store
-- ARGV     place's id, hold's id, store ids of the place
-- Returns  'returned'; or 'stays' (the hold was not shorted or not offered to this place, the place has lived its time, or
--          the customer has taken another one meanwhile)
-- Invariant  once for each offer; whoever came later stays behind him

do
  local FIXED_KEYS, FIXED_ARGS = 7, 2

  local function may_return(wait, hold, args, lists, now)
    if not wait or not hold or wait.state ~= 'offered' or wait.hold_id ~= args[2] then return false end
    if hold.state ~= 'shorted' or hold.wait_id ~= args[1] or tonumber(wait.until_ms) <= now then return false end
    local other = redis.call('HGET', lists.places, wait.sku)
    return not other or tonumber(other:match('^%d+')) <= now
  end

  local function return_wait(keys, args)
    local stores, now = {}, now_ms()
    for i = FIXED_ARGS + 1, #args do stores[i - FIXED_ARGS] = args[i] end
    if #keys ~= FIXED_KEYS + #stores then return bad_argument('place') end
    local wait, hold, lists = read_hold_fields(keys[2]), read_hold_fields(keys[3]), waitlist.lists_from(keys, 4)
    if not may_return(wait, hold, args, lists, now) then return {'stays'} end
    if not waitlist.same_stores(wait, stores) then return bad_argument('stores') end
    local lines = {}
    for i, store_id in ipairs(stores) do lines[i] = {store_id = store_id, key = keys[FIXED_KEYS + i]} end
    wait.state, wait.updated_ms, wait.hold_id = 'waiting', text_of(now), ''
    write_hold(keys[2], wait)
    redis.call('PERSIST', keys[2])
    waitlist.enter_lines(lists, wait, lines)
    waitlist.tell(keys[1], 'wait_returned', wait, '')
    return {'returned'}
  end

  redis.register_function('@PREFIX@_return_wait', return_wait)
end
