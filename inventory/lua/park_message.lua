-- Sets a message aside that could not be applied, and takes it off the consumer group's list of open ones.
-- KEYS     stream of movements, stream of parked ones
-- ARGV     consumer group, message id, then names and values of what is to be kept
-- Returns  'parked' and the id it has there; 'gone' when somebody else has dealt with it
-- Invariant  a message is parked once, however many consumers give it up at the same time

local function park_message(keys, args)
  if #args < 4 or #args % 2 ~= 0 or #args > PIECE then return bad_argument('fields') end
  redis.call('XLEN', keys[2])  -- no stream: that must show before anything is written
  if redis.call('XACK', keys[1], args[1], args[2]) == 0 then return {'gone'} end
  return {'parked', redis.call('XADD', keys[2], '*', unpack(args, 3))}
end

redis.register_function('@PREFIX@_park_message', park_message)
