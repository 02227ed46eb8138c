-- Shared by the verbs about holds: a hold's fields, its units in and out of `held`, the lists that name it.

local MAX_LINES, MAX_PARTS = 100, 20
local MAX_LIFE_MS = 366 * DAY_MS
local ENDED_HOLD_LIFE_MS = 30 * DAY_MS
local LIVE_STATES = {held = true, confirmed = true, ready = true}
-- Keys of one product in a call about holds: its stock rows, then its live holds.
local KEYS_PER_PRODUCT = #STOCK_ROWS + 1

-- The fields of a stored hold by name, or nil.
local function read_hold_fields(key)
  local flat = redis.call('HGETALL', key)
  if #flat == 0 then return nil end
  local fields = {}
  for i = 1, #flat, 2 do fields[flat[i]] = flat[i + 1] end
  return fields
end

local function flat_fields(hold)
  local flat = {}
  for name, value in pairs(hold) do
    flat[#flat + 1] = name
    flat[#flat + 1] = value
  end
  return flat
end

-- Answers the fields as they were written.
local function write_hold(key, hold)
  local flat = flat_fields(hold)
  redis.call('HSET', key, unpack(flat))
  return flat
end

local function is_overdue(hold, now)
  return LIVE_STATES[hold.state] and tonumber(hold.due_ms) <= now
end

local function ended_by_time(hold)
  return hold.state == 'expired' or hold.state == 'no_show'
end

-- Whether a confirmed hold can be given these times.
local function lies_ahead(times, now)
  local most = now + MAX_LIFE_MS
  return whole_number(times.pickup_by_ms, now + 1, most) and whole_number(times.due_ms, now + 1, most)
    and (times.remind_ms == '' or whole_number(times.remind_ms, 1, most))
end

-- Up to 100 holds that have run out and still keep their units, those longest overdue first.
local function overdue_ids(due, now)
  return redis.call('ZRANGE', due, '-inf', text_of(now), 'BYSCORE', 'LIMIT', 0, 100)
end

-- Products by sku, in the order in which KEYS declares them, or nil where the keys are not as many.
local function declared_products(skus, keys, first, keys_after)
  if #keys ~= first - 1 + #skus * KEYS_PER_PRODUCT + keys_after then return nil end
  local products = {}
  for i, sku in ipairs(skus) do
    local at = first + (i - 1) * KEYS_PER_PRODUCT
    local product = read_product(keys, at)
    product.sku, product.holders = sku, keys[at + #STOCK_ROWS]
    products[sku] = product
  end
  return products
end

local function write_products(products, stores)
  for _, product in pairs(products) do write_product(product, stores) end
end

-- Whether somebody who waits at a cell could be served with what is available there.
local function somebody_waits(waiting, available)
  if available == 0 then return false end
  local first = 0
  while true do
    local members = redis.call('ZRANGE', waiting, first, first + 99)
    for _, member in ipairs(members) do
      if tonumber(member:match('^%d+')) <= available then return true end
    end
    if #members < 100 then return false end
    first = first + 100
  end
end

-- Puts a hold's units into `held`, in memory. A line is {sku, requested, held}. Answers the ledger's moves.
local function take_units(lines, ordinal, products)
  local moves = {}
  for i, line in ipairs(lines) do
    local product = products[line[1]]
    moves[i] = move_of(line[1], ordinal, {held = add_to_cell(product.held, ordinal, line[3])})
    recompute_available(product, ordinal)
  end
  return moves
end

-- Takes a hold's units out of `held`, in memory; with `leaving` they are off the shelf as well, as far as they are there:
-- all of them where it is true, else as many of each product as it says.
-- Answers the ledger's moves and how many units should have been on the shelf and were not.
local function release_units(lines, ordinal, products, leaving)
  local moves, missing = {}, 0
  for i, line in ipairs(lines) do
    local product, held = products[line[1]], line[3]
    local deltas = {held = add_to_cell(product.held, ordinal, -held)}
    local gone = leaving == true and held or leaving and leaving[line[1]] or 0
    if gone > 0 then
      deltas.on_hand = add_to_cell(product.on_hand, ordinal, -gone)
      missing = missing + gone + deltas.on_hand
    end
    recompute_available(product, ordinal)
    moves[i] = move_of(line[1], ordinal, deltas)
  end
  return moves, missing
end

local function encoded_moves(moves)
  return #moves > 0 and cjson.encode(moves) or '[]'
end

-- The keys of a hold's customer, or nil where it has none.
local function owner_of(customer_key, keys, first)
  if (customer_key or '') == '' then return nil end
  return {customer = keys[first], holds = keys[first + 1]}
end

-- Whether the keys were declared before the hold had the customer that it has now: it gets one when it is confirmed.
local function is_stale(hold, customer)
  local digest = hold.customer_key or ''
  return digest ~= '' and sub(customer, -#digest - 1) ~= ':' .. digest
end

-- When a live hold ends and when its customer is reminded.
local function list_times(lists, hold_id, hold, owner)
  redis.call('ZADD', lists.due, hold.due_ms, hold_id)
  if owner then redis.call('ZADD', owner.holds, hold.due_ms, hold_id) end
  if (hold.remind_ms or '') ~= '' then redis.call('ZADD', lists.reminders, hold.remind_ms, hold_id) end
end

-- Enters a live hold in the lists that name it.
local function list_hold(lists, hold_id, hold, lines, products, owner)
  list_times(lists, hold_id, hold, owner)
  for _, line in ipairs(lines) do redis.call('ZADD', products[line[1]].holders, hold.ordinal, hold_id) end
  if not owner then return end
  for _, line in ipairs(lines) do redis.call('HINCRBY', owner.customer, 'units:' .. line[1], line[3]) end
end

-- Takes a hold that has ended out of those lists; its record stays for a while.
local function unlist_hold(lists, hold_id, key, hold, lines, products, owner)
  redis.call('ZREM', lists.due, hold_id)
  redis.call('ZREM', lists.reminders, hold_id)
  redis.call('PEXPIRE', key, ENDED_HOLD_LIFE_MS)
  for _, line in ipairs(lines) do redis.call('ZREM', products[line[1]].holders, hold_id) end
  if not owner then return end
  redis.call('ZREM', owner.holds, hold_id)
  for _, line in ipairs(lines) do
    local field = 'units:' .. line[1]
    if redis.call('HINCRBY', owner.customer, field, -line[3]) <= 0 then redis.call('HDEL', owner.customer, field) end
  end
end
