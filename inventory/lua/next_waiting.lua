-- Who in the line at a cell can be served with what is available there. Writes nothing.
-- KEYS     registry, available row, the line
-- ARGV     store id, how many to name at most
-- Returns  places in the order of the line ("<quantity>:<id>")
-- Invariant  each fits what those before him would leave; whether he still does, the offer finds out

local function next_waiting(keys, args)
  local most = whole_number(args[2], 1, 1000)
  if not most then return bad_argument('most') end
  if redis.call('EXISTS', keys[3]) == 0 then return {} end
  local ordinal = tonumber(redis.call('HGET', keys[1], args[1]) or nil)
  if not ordinal then return {} end
  return waitlist.servable(keys[3], cell_of(read_row(keys[2]), ordinal), most)
end

redis.register_function{function_name = '@PREFIX@_next_waiting', callback = next_waiting, flags = {'no-writes'}}
