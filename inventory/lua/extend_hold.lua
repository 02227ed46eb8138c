-- Gives held holds more time, counted from now; several only together. Stock does not move.
-- KEYS     ledger, due holds, then of each hold its record, customer and customer's holds
-- ARGV     by, new time to live in ms, longest life in ms since it was placed, most extensions (0: any number), hold ids
-- Returns  'stale' as settle_hold does; 'not_found'; 'overdue' (end it instead); or 'changed', 'repeated' (it lasts that
--          long already), 'expired', 'wrong_state', 'limit' and the fields of each hold
-- Invariant  a hold that has run out is never revived and no hold outlives its limit

do
  local FIXED_KEYS = 2

  local function refusal(hold, now, due, life_ms, most)
    if is_overdue(hold, now) then return 'overdue' end
    if ended_by_time(hold) then return 'expired' end
    if hold.state ~= 'held' then return 'wrong_state' end
    if due > tonumber(hold.created_ms) + life_ms then return 'limit' end
    if due <= tonumber(hold.due_ms) then return 'repeated' end
    if most > 0 and tonumber(hold.extensions or 0) >= most then return 'limit' end
  end

  local function extend_hold(keys, args)
    local ttl_ms, life_ms = whole_number(args[2], 1, MAX_LIFE_MS), whole_number(args[3], 1, MAX_LIFE_MS)
    local most, count = whole_number(args[4], 0, MAX_COUNT), #args - 4
    if not ttl_ms or not life_ms or not most or count < 1 or #keys ~= FIXED_KEYS + 3 * count then
      return bad_argument('extension')
    end
    local holds, fields, now = {}, {}, now_ms()
    for n = 1, count do
      holds[n] = read_hold_fields(keys[FIXED_KEYS + 3 * n - 2])
      if not holds[n] then return {'not_found'} end
      if is_stale(holds[n], keys[FIXED_KEYS + 3 * n - 1]) then return {'stale'} end
    end
    local due = now + ttl_ms
    for n, hold in ipairs(holds) do
      local word = refusal(hold, now, due, life_ms, most)
      if word then return {word, {flat_fields(hold)}, {}} end
    end
    for n, hold in ipairs(holds) do
      local at = FIXED_KEYS + 3 * n - 2
      hold.due_ms, hold.updated_ms = text_of(due), text_of(now)
      hold.extensions = text_of(tonumber(hold.extensions or 0) + 1)
      write_hold(keys[at], hold)
      list_times({due = keys[2]}, args[4 + n], hold, owner_of(hold.customer_key, keys, at + 1))
      append_entry(keys[1],
        {'op', 'hold_extended', 'hold', args[4 + n], 'store', hold.store_id, 'from', 'held', 'to', 'held', 'by', args[1],
         'moves', '[]'})
      fields[n] = flat_fields(hold)
    end
    return {'changed', fields, {}}
  end

  redis.register_function('@PREFIX@_extend_hold', extend_hold)
end
