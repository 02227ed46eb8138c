-- Sets one product's counts at some stores, as a feed tells them. Live holds stay: `available` is computed anew.
-- KEYS     registry, ledger, the six stock rows, aisle row, price row
-- ARGV     sku, source, ordinals (packed u16, rising), on hand, safety, aisle, price (packed u32 each;
--          all but on hand may be empty, which leaves that column as it is)
-- Returns  how many cells changed
-- Invariant  only changed cells are written; a ledger entry with the exact differences is added only for a change

local COLUMNS = {[4] = 'on_hand', [5] = 'safety', [6] = 'aisle', [7] = 'price'}

local function columns_of(args, length)
  local columns = {}
  for position, name in pairs(COLUMNS) do
    if args[position] ~= '' then
      local column, largest = unpacked(args[position], 'I4', 4)
      if not column or #column ~= length or largest > MAX_COUNT then return nil end
      columns[name] = column
    end
  end
  return columns.on_hand and columns
end

local function rising_below(ordinals, stores)
  local before = -1
  for _, ordinal in ipairs(ordinals) do
    if ordinal <= before then return false end
    before = ordinal
  end
  return before < stores
end

-- Applies one column to its row and marks the places that changed. Answers the differences as a flat list of ordinal and
-- difference, and whether one of them needs four bytes.
local function apply_column(row, ordinals, column, touched)
  local deltas, wide = {}, false
  for i, value in ipairs(column) do
    local ordinal = ordinals[i]
    local delta = change_cell(row, ordinal, value)
    if delta ~= 0 then
      touched[i] = true
      local count = #deltas
      deltas[count + 1], deltas[count + 2] = ordinal, delta
      if delta > 32767 or delta < -32768 then wide = true end
    end
  end
  return deltas, wide
end

-- For the ledger: a byte that tells the width of the differences, then ordinal and difference of each cell.
local function packed_deltas(deltas, wide)
  return char(wide and 4 or 2) .. packed(deltas, wide and 'I2i4' or 'I2i2', 2)
end

local function set_counts(keys, args)
  local stores, ordinals = store_count(keys[1]), unpacked(args[3], 'I2', 2)
  if not ordinals or not rising_below(ordinals, stores) then return bad_argument('ordinals') end
  local columns = columns_of(args, #ordinals)
  if not columns then return bad_argument('columns') end
  local product, touched, deltas, extra = read_product(keys, 3, true), {}, {}, {}
  for kind, key in pairs({aisle = keys[9], price = keys[10]}) do
    if columns[kind] then
      extra[kind] = read_row(key)
      apply_column(extra[kind], ordinals, columns[kind], touched)
    end
  end
  for _, kind in ipairs({'on_hand', 'safety'}) do
    deltas[kind] = packed_deltas(apply_column(product[kind], ordinals, columns[kind] or {}, touched))
  end
  local changed, carried = 0, product.carried
  for i, ordinal in ipairs(ordinals) do
    if set_carried(carried, ordinal) or touched[i] then
      recompute_available(product, ordinal)
      changed = changed + 1
    end
  end
  if changed == 0 then return 0 end
  write_product(product, stores)
  for _, row in pairs(extra) do write_row(row, stores) end
  append_entry(keys[2],
    {'op', 'count', 'sku', args[1], 'source', args[2], 'on_hand', deltas.on_hand, 'safety', deltas.safety})
  return changed
end

redis.register_function('@PREFIX@_set_counts', set_counts)
