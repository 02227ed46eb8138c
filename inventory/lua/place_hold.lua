-- Holds units of several products at one store: all of them or, unless partial is allowed, none.
-- KEYS     registry, ledger, due holds, hold, idempotency record, then six stock rows per product
-- ARGV     hold id, fingerprint of the request, record's life in ms, store id, hold's life in ms,
--          partial allowed (0 or 1), customer (JSON), by, then sku and quantity of every line; a product that occurs
--          in several lines is summed and its rows are declared once, in the order of first occurrence
-- Returns  'replayed' and the first answer; 'conflict'; 'unknown_store'; 'unknown_product' and the skus;
--          'due_first' and overdue hold ids, which must be ended before units can be refused;
--          'insufficient' and sku, requested, available, carried (0 or 1) of every line that fell short;
--          'placed' and the hold's fields
-- Invariant  check and take are one step; the answer is kept under the key together with its effect, or neither is.
--          Kept answers are 'placed' and 'insufficient'; the others had no effect and may turn out otherwise next time

local function summed_lines(args, first)
  local lines, by_sku = {}, {}
  if #args < first + 1 or (#args - first) % 2 == 0 then return nil end
  for i = first, #args, 2 do
    local sku, quantity = args[i], whole_number(args[i + 1], 1, MAX_QUANTITY)
    if not quantity then return nil end
    local line = by_sku[sku]
    if not line then
      line = {sku = sku, requested = 0}
      by_sku[sku] = line
      lines[#lines + 1] = line
    end
    line.requested = line.requested + quantity
    if line.requested > MAX_QUANTITY then return nil end
  end
  return lines
end

local function unknown_products(lines, keys, first)
  local unknown = {}
  for i, line in ipairs(lines) do
    line.product = read_product(keys, first + (i - 1) * #STOCK_ROWS)
    if not line.product.carried.bytes then unknown[#unknown + 1] = line.sku end
  end
  return unknown
end

-- Decides what each line gets; answers the lines that fell short and the units that can be held in all.
local function judge(lines, ordinal)
  local short, total = {}, 0
  for _, line in ipairs(lines) do
    local available = promisable(line.product, ordinal)
    line.held = math.min(line.requested, available)
    total = total + line.held
    if line.held < line.requested then
      local carried = is_carried(line.product.carried, ordinal) and 1 or 0
      for _, value in ipairs({line.sku, line.requested, available, carried}) do short[#short + 1] = value end
    end
  end
  return short, total
end

local function take(lines, ordinal, stores)
  local kept, moves = {}, {}
  for i, line in ipairs(lines) do
    kept[i] = {line.sku, line.requested, line.held}
    moves[i] = move_of(line.sku, ordinal, {held = add_to_cell(line.product.held, ordinal, line.held)})
    recompute_available(line.product, ordinal)
    write_product(line.product, stores)
  end
  return cjson.encode(kept), cjson.encode(moves)
end

local function remember(record, fingerprint, life_ms, answer)
  redis.call('HSET', record, 'fingerprint', fingerprint, 'answer', cjson.encode(answer))
  redis.call('PEXPIRE', record, life_ms)
  return answer
end

local function place_hold(keys, args)
  local hold_id, fingerprint, record_ms = args[1], args[2], whole_number(args[3], 1, 366 * DAY_MS)
  local store_id, ttl_ms, partial = args[4], whole_number(args[5], 1, 366 * DAY_MS), args[6] == '1'
  local customer, by, lines = args[7], args[8], summed_lines(args, 9)
  if not record_ms or not ttl_ms or not lines then return bad_argument('hold') end
  if #keys ~= 5 + #lines * #STOCK_ROWS then return bad_argument('keys') end

  local first = redis.call('HMGET', keys[5], 'fingerprint', 'answer')
  if first[1] and first[1] ~= fingerprint then return {'conflict'} end
  if first[1] then return {'replayed', cjson.decode(first[2])} end
  local ordinal = tonumber(redis.call('HGET', keys[1], store_id) or nil)
  if not ordinal then return {'unknown_store'} end
  local unknown = unknown_products(lines, keys, 6)
  if #unknown > 0 then return {'unknown_product', unknown} end

  local now, short, total = now_ms(), judge(lines, ordinal)
  if #short > 0 then
    local overdue = overdue_ids(keys[3], now)
    if #overdue > 0 then return {'due_first', overdue} end
    if not partial or total == 0 then
      return remember(keys[5], fingerprint, record_ms, {'insufficient', short})
    end
  end

  local kept, moves = take(lines, ordinal, store_count(keys[1]))
  local hold = {
    state = 'held', store_id = store_id, ordinal = text_of(ordinal), lines = kept, customer = customer,
    created_ms = text_of(now), updated_ms = text_of(now), due_ms = text_of(now + ttl_ms),
  }
  write_hold(keys[4], hold)
  redis.call('ZADD', keys[3], hold.due_ms, hold_id)
  append_entry(keys[2],
    {'op', 'hold_placed', 'hold', hold_id, 'store', store_id, 'to', 'held', 'by', by, 'moves', moves})
  return remember(keys[5], fingerprint, record_ms, {'placed', hold_id, flat_fields(hold)})
end

redis.register_function('@PREFIX@_place_hold', place_hold)
