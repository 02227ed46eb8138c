-- Numbers aisle labels from 1, appending those not seen before.
-- KEYS     aisles, aisle numbers
-- ARGV     labels
-- Returns  their numbers, in order
-- Invariant  entry n of the list is the label with number n

local function register_aisles(keys, args)
  local numbers, new, fresh, count = {}, {}, {}, redis.call('LLEN', keys[1])
  for i, label in ipairs(args) do
    local number = redis.call('HGET', keys[2], label) or fresh[label]
    if not number then
      count = count + 1
      number = count
      fresh[label] = number
      new[#new + 1] = label
    end
    numbers[i] = tonumber(number)
  end
  if count > MAX_ORDINALS then return bad_argument('labels') end
  for _, label in ipairs(new) do
    redis.call('RPUSH', keys[1], label)
    redis.call('HSET', keys[2], label, fresh[label])
  end
  return numbers
end

redis.register_function('@PREFIX@_register_aisles', register_aisles)
