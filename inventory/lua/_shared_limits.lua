-- How much one customer or one address may hold. Limits protect the others; 0 means that there is none.

local function limits_from(args, first)
  local limits = {}
  for i, name in ipairs({'units_per_sku', 'open_holds', 'holds_per_minute', 'share_percent'}) do
    limits[name] = whole_number(args[first + i - 1], 0, MAX_COUNT)
    if not limits[name] then return nil end
  end
  return limits
end

-- Summed byte by byte over the cells of the row, many times faster than cell by cell. Counts do not change in such a call.
local function units_in_stores(product)
  local row, total = product.on_hand, 0
  read_rest(row)
  local bytes, width = row.bytes or '', row.width
  for first = 2, #bytes, PIECE do
    local piece = {byte(bytes, first, first + PIECE - 1)}
    for place = 1, width do
      local sum = 0
      for i = place, #piece, width do sum = sum + piece[i] end
      total = total + sum * 256 ^ (width - place)
    end
  end
  return total
end

-- The earliest end of a customer's holds: from then on there is room again.
local function first_due(holds)
  return tonumber(redis.call('ZRANGE', holds, 0, 0, 'WITHSCORES')[2]) or 0
end

-- A customer's limit for one product: {which, maximum}, or nil. `units` are those that he would have then.
local function product_limit(limits, product, units)
  if limits.units_per_sku > 0 and units > limits.units_per_sku then return {'units_per_sku', limits.units_per_sku} end
  if limits.share_percent > 0 then
    local most = math.max(1, math.floor(units_in_stores(product) * limits.share_percent / 100))
    if units > most then return {'share_percent', most} end
  end
end

-- What stands against `more` new holds with so many more units of each product, or nil: {which, maximum, free again in
-- ms}. Units and holds that are given back in the same step are counted in `wanted` and `more` as negative.
local function limit_reached(limits, more, wanted, products, owner, address, now)
  if address and limits.holds_per_minute > 0 then
    local taken = tonumber(redis.call('GET', address) or 0)
    if taken + more > limits.holds_per_minute then
      return {'holds_per_minute', limits.holds_per_minute, now + math.max(0, redis.call('PTTL', address))}
    end
  end
  if not owner then return nil end
  if limits.open_holds > 0 and redis.call('ZCARD', owner.holds) + more > limits.open_holds then
    return {'open_holds', limits.open_holds, first_due(owner.holds)}
  end
  if limits.units_per_sku == 0 and limits.share_percent == 0 then return nil end
  for sku, units in pairs(wanted) do
    if units > 0 then
      local mine = tonumber(redis.call('HGET', owner.customer, 'units:' .. sku) or 0)
      local reached = product_limit(limits, products[sku], mine + units)
      if reached then return {reached[1], reached[2], first_due(owner.holds)} end
    end
  end
end

local function count_for_address(address, holds)
  if redis.call('INCRBY', address, holds) == holds then redis.call('PEXPIRE', address, 60000) end
end
