-- Shared by the verbs that take units for holds: what is asked for at each store, whether it is there, taking it.
-- A part is what one hold asks of one store: {hold_id, store_id, ordinal, lines}; a line is {sku, requested}.

local function summed_lines(args, first, count)
  local lines, by_sku = {}, {}
  for i = first, first + 2 * (count - 1), 2 do
    local sku, quantity = args[i], whole_number(args[i + 1], 1, MAX_QUANTITY)
    if not quantity then return nil end
    local line = by_sku[sku]
    if not line then
      line = {sku, 0}
      by_sku[sku] = line
      lines[#lines + 1] = line
    end
    line[2] = line[2] + quantity
    if line[2] > MAX_QUANTITY then return nil end
  end
  return lines
end

-- Reads count, then hold id, store id, number of lines and the lines of each part; nothing may follow. All parts together
-- have no more lines than one hold may have, because nobody else is served meanwhile.
local function parts_from(args, first)
  local count, parts, stores, at, left = whole_number(args[first], 1, MAX_PARTS), {}, {}, first + 1, MAX_LINES
  if not count then return nil end
  for n = 1, count do
    local hold_id, store_id, lines = args[at], args[at + 1], whole_number(args[at + 2], 1, left)
    if not lines or stores[store_id] then return nil end
    left = left - lines
    stores[store_id] = true
    parts[n] = {hold_id = hold_id, store_id = store_id, lines = summed_lines(args, at + 3, lines)}
    if not parts[n].lines then return nil end
    at = at + 3 + 2 * lines
  end
  return at == #args + 1 and parts or nil
end

-- The products of all lines in the order of first occurrence.
local function skus_of(parts)
  local skus, met = {}, {}
  for _, part in ipairs(parts) do
    for _, line in ipairs(part.lines) do
      if not met[line[1]] then
        met[line[1]] = true
        skus[#skus + 1] = line[1]
      end
    end
  end
  return skus
end

-- Fills in the ordinals; answers the first store that nobody knows.
local function unknown_store(parts, registry)
  for _, part in ipairs(parts) do
    part.ordinal = tonumber(redis.call('HGET', registry, part.store_id) or nil)
    if not part.ordinal then return part.store_id end
  end
end

local function unknown_products(skus, products)
  local unknown = {}
  for _, sku in ipairs(skus) do
    if not products[sku].carried.bytes then unknown[#unknown + 1] = sku end
  end
  return unknown
end

-- The cells at which somebody waits who could be served with what is there: store id and sku of each.
local function waited_for(parts, products, keys, first)
  local cells, at = {}, first
  for _, part in ipairs(parts) do
    for _, line in ipairs(part.lines) do
      if somebody_waits(keys[at], promisable(products[line[1]], part.ordinal)) then
        cells[#cells + 1] = part.store_id
        cells[#cells + 1] = line[1]
      end
      at = at + 1
    end
  end
  return cells
end

-- Decides what each line gets, as its third value; several parts may be at one store. Answers the lines that fall short,
-- five values each: store id, sku, requested, available, carried (0 or 1); and how many units can be held in all.
local function judge(parts, products)
  local short, total, given = {}, 0, {}
  for _, part in ipairs(parts) do
    for _, line in ipairs(part.lines) do
      local product, cell = products[line[1]], part.ordinal .. ':' .. line[1]
      local available = promisable(product, part.ordinal) - (given[cell] or 0)
      line[3] = math.min(line[2], available)
      total, given[cell] = total + line[3], (given[cell] or 0) + line[3]
      if line[3] < line[2] then
        local carried = is_carried(product.carried, part.ordinal) and 1 or 0
        for _, value in ipairs({part.store_id, line[1], line[2], available, carried}) do
          short[#short + 1] = value
        end
      end
    end
  end
  return short, total
end

-- Adds the units of lines to a sum by sku, with a sign.
local function sum_units(sums, lines, column, sign)
  for _, line in ipairs(lines) do sums[line[1]] = (sums[line[1]] or 0) + sign * line[column] end
  return sums
end

local function remember(record, fingerprint, life_ms, answer)
  redis.call('HSET', record, 'fingerprint', fingerprint, 'answer', cjson.encode(answer))
  redis.call('PEXPIRE', record, life_ms)
  return answer
end
