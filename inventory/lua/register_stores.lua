-- Gives each store an ordinal, appending those not seen before.
-- KEYS     registry, registry version
-- ARGV     store ids
-- Returns  their ordinals, in order
-- Invariant  an ordinal is given once and never changes; the version grows with every new store

local function register_stores(keys, args)
  local ordinals, new, count = {}, {}, store_count(keys[1])
  local fresh = {}
  for i, store_id in ipairs(args) do
    local ordinal = redis.call('HGET', keys[1], store_id) or fresh[store_id]
    if not ordinal then
      ordinal = count
      count = count + 1
      fresh[store_id] = ordinal
      new[#new + 1] = store_id
    end
    ordinals[i] = tonumber(ordinal)
  end
  if count > MAX_ORDINALS then return bad_argument('store ids') end
  for _, store_id in ipairs(new) do redis.call('HSET', keys[1], store_id, fresh[store_id]) end
  if #new > 0 then redis.call('INCR', keys[2]) end
  return ordinals
end

redis.register_function('@PREFIX@_register_stores', register_stores)
