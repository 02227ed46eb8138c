-- Sets one product's counts at some stores, as a feed tells them. Live holds stay: `available` is computed anew.
-- KEYS     registry, ledger, the six stock rows, aisle row, price row
-- ARGV     ledger length, sku, source, ordinals (packed u16, rising), on hand, safety, aisle, price (packed u32 each;
--          all but on hand may be empty, which leaves that column as it is)
-- returns  how many cells changed
-- invariant  only changed cells are written; a ledger entry with the exact differences is added only for a change

local function same_length(columns, length)
  for _, column in pairs(columns) do
    if #column ~= length then return false end
  end
  return true
end

local function packed_columns(args)
  local columns = {}
  for position, name in pairs({[5] = 'on_hand', [6] = 'safety', [7] = 'aisle', [8] = 'price'}) do
    if args[position] ~= '' then
      columns[name] = unpacked(args[position], 'I4', 4)
      if not columns[name] then return nil end
    end
  end
  return columns
end

local function in_range(ordinals, columns, stores)
  local before = -1
  for _, ordinal in ipairs(ordinals) do
    if ordinal <= before or ordinal >= stores then return false end
    before = ordinal
  end
  for _, column in pairs(columns) do
    for _, value in ipairs(column) do
      if value > MAX_COUNT then return false end
    end
  end
  return true
end

-- Applies one column to its row; answers the packed differences and marks the places that changed.
local function apply_column(row, ordinals, column, touched)
  local deltas = {}
  for i, ordinal in ipairs(ordinals) do
    local delta = change_cell(row, ordinal, column[i])
    if delta ~= 0 then
      touched[i] = true
      deltas[#deltas + 1] = struct.pack('>I2i4', ordinal, delta)
    end
  end
  return table.concat(deltas)
end

local function set_counts(keys, args)
  local ordinals, columns = unpacked(args[4], 'I2', 2), packed_columns(args)
  local max_entries, stores = ledger_length(args[1]), store_count(keys[1])
  if not max_entries then return bad_argument('ledger length') end
  if not ordinals or not columns or not same_length(columns, #ordinals) or not in_range(ordinals, columns, stores) then
    return bad_argument('columns')
  end
  local product, touched, deltas, extra = read_product(keys, 3), {}, {}, {}
  for kind, key in pairs({aisle = keys[9], price = keys[10]}) do
    if columns[kind] then
      extra[kind] = read_row(key)
      apply_column(extra[kind], ordinals, columns[kind], touched)
    end
  end
  for _, kind in ipairs({'on_hand', 'safety'}) do
    deltas[kind] = columns[kind] and apply_column(product[kind], ordinals, columns[kind], touched) or ''
  end
  local changed = 0
  for i, ordinal in ipairs(ordinals) do
    if set_carried(product.carried, ordinal) then touched[i] = true end
    if touched[i] then
      recompute_available(product, ordinal)
      changed = changed + 1
    end
  end
  if changed == 0 then return 0 end
  write_product(product, stores)
  for _, row in pairs(extra) do write_row(row, stores) end
  append_entry(keys[2], max_entries,
    {'op', 'count', 'sku', args[2], 'source', args[3], 'on_hand', deltas.on_hand, 'safety', deltas.safety})
  return changed
end

redis.register_function('@PREFIX@_set_counts', set_counts)
