-- Gives a held hold more time, counted from now and bounded by its whole life. Stock does not move.
-- KEYS     registry, ledger, due holds, hold
-- ARGV     hold id, new time to live in ms, longest life in ms since it was placed, by
-- Returns  'not_found'; 'overdue' (end it instead); or 'changed', 'repeated' (it lasts that long already), 'expired',
--          'wrong_state', 'limit' and the hold's fields
-- Invariant  a hold that has run out is never revived and no hold outlives its limit

local function extend_hold(keys, args)
  local hold_id, by = args[1], args[4]
  local ttl_ms, life_ms = whole_number(args[2], 1, 366 * DAY_MS), whole_number(args[3], 1, 366 * DAY_MS)
  if not ttl_ms or not life_ms then return bad_argument('extension') end
  local hold, now = read_hold_fields(keys[4]), now_ms()
  if not hold then return {'not_found'} end
  if is_overdue(hold, now) then return {'overdue'} end
  if ended_by_time(hold) then return {'expired', flat_fields(hold)} end
  if hold.state ~= 'held' then return {'wrong_state', flat_fields(hold)} end
  local due = now + ttl_ms
  if due > tonumber(hold.created_ms) + life_ms then return {'limit', flat_fields(hold)} end
  if due <= tonumber(hold.due_ms) then return {'repeated', flat_fields(hold)} end
  hold.due_ms, hold.updated_ms = text_of(due), text_of(now)
  write_hold(keys[4], hold)
  redis.call('ZADD', keys[3], hold.due_ms, hold_id)
  append_entry(keys[2],
    {'op', 'hold_extended', 'hold', hold_id, 'store', hold.store_id, 'from', 'held', 'to', 'held', 'by', by,
     'moves', '[]'})
  return {'changed', flat_fields(hold)}
end

redis.register_function('@PREFIX@_extend_hold', extend_hold)
