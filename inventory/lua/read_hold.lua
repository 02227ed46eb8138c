-- Reads one hold together with the clock that judges it. Writes nothing.
-- KEYS     hold
-- ARGV     none
-- Returns  'not_found'; or 'live', 'overdue' or 'ended' and the hold's fields
-- Invariant  a hold past its time is 'overdue' from that very millisecond

local function read_hold(keys)
  local hold = read_hold_fields(keys[1])
  if not hold then return {'not_found'} end
  local status = LIVE_STATES[hold.state] and 'live' or 'ended'
  if is_overdue(hold, now_ms()) then status = 'overdue' end
  return {status, flat_fields(hold)}
end

redis.register_function{function_name = '@PREFIX@_read_hold', callback = read_hold, flags = {'no-writes'}}
