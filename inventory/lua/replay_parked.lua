-- Puts a parked message back at the end of the stream, as it was first sent.
-- KEYS     stream of parked messages, stream of movements
-- ARGV     the id that it has among the parked ones
-- Returns  'replayed' and its new id; 'gone' when it is not there (any more)
-- Invariant  a parked message is put back once

do
  local KEPT = 'field:'

  local function replay_parked(keys, args)
    local found = redis.call('XRANGE', keys[1], args[1], args[1])
    if #found == 0 then return {'gone'} end
    local fields = {}
    for i = 1, #found[1][2], 2 do
      local name, value = found[1][2][i], found[1][2][i + 1]
      if sub(name, 1, #KEPT) == KEPT then
        fields[#fields + 1] = sub(name, #KEPT + 1)
        fields[#fields + 1] = value
      end
    end
    redis.call('XLEN', keys[2])
    redis.call('XDEL', keys[1], args[1])
    return {'replayed', redis.call('XADD', keys[2], '*', unpack(fields))}
  end

  redis.register_function('@PREFIX@_replay_parked', replay_parked)
end
