-- Reads rows, the state of the registry and the holds that have run out, all at one moment. Writes nothing.
-- KEYS     registry, registry version, due holds, any number of rows
-- ARGV     none
-- Returns  now in ms, registry version, number of stores, up to 100 overdue hold ids, the rows (false where missing)
-- Invariant  a caller that sees overdue ids ends those holds and reads again, so an ended hold is never shown as taken

local function read_rows(keys)
  local now = now_ms()
  local rows = {}
  for first = 4, #keys, PIECE do
    local piece = redis.call('MGET', unpack(keys, first, math.min(first + PIECE - 1, #keys)))
    for i = 1, #piece do rows[#rows + 1] = piece[i] end
  end
  return {now, tonumber(redis.call('GET', keys[2]) or 0), store_count(keys[1]), overdue_ids(keys[3], now), rows}
end

redis.register_function{function_name = '@PREFIX@_read_rows', callback = read_rows, flags = {'no-writes'}}
