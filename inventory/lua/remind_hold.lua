-- Notes that the customer of a confirmed hold is to be reminded, once. Stock does not move.
-- KEYS     ledger, reminders, hold
-- ARGV     hold id
-- Returns  'reminded' or 'not_due'
-- Invariant  a reminder is noted at most once and only while the hold waits for its customer

local function remind_hold(keys, args)
  local hold, now = read_hold_fields(keys[3]), now_ms()
  local time = tonumber(redis.call('ZSCORE', keys[2], args[1]) or nil)
  if not time or time > now then return {'not_due'} end
  redis.call('ZREM', keys[2], args[1])
  if not hold or is_overdue(hold, now) or not (hold.state == 'confirmed' or hold.state == 'ready') then
    return {'not_due'}
  end
  append_entry(keys[1],
    {'op', 'hold_reminder', 'hold', args[1], 'store', hold.store_id, 'from', hold.state, 'to', hold.state, 'by', '',
     'moves', '[]'})
  return {'reminded'}
end

redis.register_function('@PREFIX@_remind_hold', remind_hold)
