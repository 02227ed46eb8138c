-- Ends a place in line that was not offered anything: its owner leaves, or its time is over.
-- KEYS     ledger, the place's record, products waited for, stores where this one is, ends of places, places of the customer,
--          the line at each store
-- ARGV     verb (leave or lapse), place's id, by, store ids of the place
-- Returns  'not_found'; 'ended' and the fields; 'over' (he waited no longer before) and the fields; 'not_due' (lapse only)
-- Invariant  nobody is left in one line of a place that has ended

do
  local FIXED_KEYS, FIXED_ARGS = 6, 3
  local STATES = {leave = 'left', lapse = 'lapsed'}

  local function end_wait(keys, args)
    local state, stores, now = STATES[args[1]], {}, now_ms()
    for i = FIXED_ARGS + 1, #args do stores[i - FIXED_ARGS] = args[i] end
    if not state or #keys ~= FIXED_KEYS + #stores then return bad_argument('place') end
    local wait, lists = read_hold_fields(keys[2]), waitlist.lists_from(keys, 3)
    if not wait or wait.state ~= 'waiting' then redis.call('ZREM', lists.ends, args[2]) end
    if not wait then return {'not_found'} end
    if wait.state ~= 'waiting' then return {'over', flat_fields(wait)} end
    if not waitlist.same_stores(wait, stores) then return bad_argument('stores') end
    local is_over = tonumber(wait.until_ms) <= now
    if state == 'lapsed' and not is_over then return {'not_due'} end
    if is_over then state = 'lapsed' end
    waitlist.finish(lists, keys[2], wait, state, now, stores, keys, FIXED_KEYS + 1)
    waitlist.tell(keys[1], 'wait_' .. state, wait, args[3])
    return {'ended', flat_fields(wait)}
  end

  redis.register_function('@PREFIX@_end_wait', end_wait)
end
