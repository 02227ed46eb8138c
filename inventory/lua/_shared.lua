-- Shared by all verbs: whole numbers, the clock, packed rows, `available`, ledger entries.
--
-- Every verb reads and checks first and writes last, because a function is not rolled back on an error.
-- Errors never carry a caller's text. KEYS and ARGV of each verb stand in its own file.
--
-- A row is a string: byte 1 is the cell width (1, 2 or 4 bytes), then one big-endian cell per store ordinal.
-- `carried` is a bitmap instead: byte 1 is 0, then one bit per ordinal, highest bit first.
-- A missing row and a cell past the end count as 0.

-- While a library is loaded its globals are not there yet, but every string knows these.
local byte, char, sub = ('').byte, ('').char, ('').sub

local MAX_COUNT = 1000000000
local MAX_QUANTITY = 1000000
local MAX_ORDINALS = 65535
local DAY_MS = 86400000
-- Lua's C stack holds 8,000 values; longer lists are packed and unpacked in pieces.
local PIECE = 4000
-- About what one BITFIELD SET costs in the append-only file; past that, writing the whole row is smaller.
local BYTES_PER_BITFIELD_SET = 36
local BIT_VALUES = {[0] = 128, 64, 32, 16, 8, 4, 2, 1}
local STOCK_ROWS = {'on_hand', 'safety', 'held', 'allocated', 'available', 'carried'}

local function bad_argument(name)
  return redis.error_reply('ERR onhand: argument ' .. name .. ' is out of range')
end

-- The whole number that the text spells in plain digits, or nil: no sign, point, exponent, hex, space, nan or inf.
local function whole_number(text, least, most)
  if type(text) ~= 'string' or #text > 16 or not text:match('^%d+$') then return nil end
  local value = tonumber(text)
  if value < least or value > most then return nil end
  return value
end

local function signed_number(text, most)
  if type(text) ~= 'string' then return nil end
  local minus, digits = text:match('^(%-?)(%d+)$')
  local value = whole_number(digits, 0, most)
  if value and minus == '-' then return -value end
  return value
end

-- A list of unsigned numbers from packed big-endian bytes and the largest of them, or nil when the bytes do not divide.
local function unpacked(bytes, code, width)
  if #bytes % width ~= 0 then return nil end
  local values, largest = {}, 0
  for first = 1, #bytes, PIECE * width do
    local count = math.min(PIECE, (#bytes - first + 1) / width)
    local piece = {struct.unpack('>' .. code:rep(count), bytes, first)}
    piece[count + 1] = nil  -- struct.unpack adds where it stopped
    largest = math.max(largest, unpack(piece))
    if first == 1 then
      values = piece
    else
      for i = 1, count do values[#values + 1] = piece[i] end
    end
  end
  return values, largest
end

-- The reverse: a flat list of numbers packed by a format that takes `step` of them at a time.
local function packed(values, code, step)
  local pieces = {}
  for first = 1, #values, PIECE do
    local last = math.min(first + PIECE - 1, #values)
    pieces[#pieces + 1] = struct.pack('>' .. code:rep((last - first + 1) / step), unpack(values, first, last))
  end
  return table.concat(pieces)
end

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Whole numbers as text without an exponent: Lua writes 1.7e+12 otherwise.
local function text_of(number)
  return string.format('%.0f', number)
end

local function read_row(key, bitmap)
  local bytes = redis.call('GET', key) or nil
  local width = bytes and not bitmap and byte(bytes, 1) or 1
  return {key = key, bytes = bytes, width = width, bitmap = bitmap, changed = {}, ordinals = {}, largest = 0}
end

-- The same row when only a few of its cells are wanted: they are fetched one by one, so that a call costs as much
-- however many stores there are. `bytes` is only the first byte, and tells that the row exists.
local function open_row(key, bitmap)
  local head = redis.call('GETRANGE', key, 0, 0)
  local bytes = head ~= '' and head or nil
  local width = bytes and not bitmap and byte(bytes) or 1
  return {key = key, bytes = bytes, width = width, bitmap = bitmap, changed = {}, ordinals = {}, largest = 0, cells = {}}
end

-- Makes an open row a whole one.
local function read_rest(row)
  if row.cells then row.bytes, row.cells = redis.call('GET', row.key) or nil, nil end
end

local function fetched_cell(row, ordinal)
  local value = row.cells[ordinal]
  if value then return value end
  local width = row.width
  local first = 1 + ordinal * width
  local a, b, c, d = byte(redis.call('GETRANGE', row.key, first, first + width - 1), 1, width)
  if width == 1 then
    value = a or 0
  elseif width == 2 then
    value = b and a * 256 + b or 0
  else
    value = d and ((a * 256 + b) * 256 + c) * 256 + d or 0
  end
  row.cells[ordinal] = value
  if not a then row.short = true end
  return value
end

local function cell_of(row, ordinal)
  local value = row.changed[ordinal]
  if value then return value end
  local bytes, width = row.bytes, row.width
  if not bytes then return 0 end
  if row.cells then return fetched_cell(row, ordinal) end
  if width == 1 then return byte(bytes, ordinal + 2) or 0 end
  if width == 2 then
    local high, low = byte(bytes, 2 * ordinal + 2, 2 * ordinal + 3)
    return low and high * 256 + low or 0
  end
  local a, b, c, d = byte(bytes, 4 * ordinal + 2, 4 * ordinal + 5)
  return d and ((a * 256 + b) * 256 + c) * 256 + d or 0
end

-- Remembers a new value for write_row and answers by how much the cell changes.
local function change_cell(row, ordinal, value)
  local old = cell_of(row, ordinal)
  if old == value then return 0 end
  if not row.changed[ordinal] then
    local count = #row.ordinals
    if count > 0 and row.ordinals[count] > ordinal then row.unsorted = true end
    row.ordinals[count + 1] = ordinal
  end
  row.changed[ordinal] = value
  if value > row.largest then row.largest = value end
  return value - old
end

local function is_carried(row, ordinal)
  return math.floor(cell_of(row, math.floor(ordinal / 8)) / BIT_VALUES[ordinal % 8]) % 2 == 1
end

-- Answers whether the product was not carried before.
local function set_carried(row, ordinal)
  local byte_number, bit_value = math.floor(ordinal / 8), BIT_VALUES[ordinal % 8]
  local old = cell_of(row, byte_number)
  if math.floor(old / bit_value) % 2 == 1 then return false end
  change_cell(row, byte_number, old + bit_value)
  return true
end

local function width_for(row)
  local width = row.width
  while row.largest >= 256 ^ width do width = width * 2 end
  return width
end

-- The row's cells without its first byte, `cells` of them, each `width` bytes: old values with zeros in front.
local function body_of(row, width, cells)
  local body = row.bytes and sub(row.bytes, 2) or ''
  if width > row.width then
    body = body:gsub(('.'):rep(row.width), ('\0'):rep(width - row.width) .. '%0')
  end
  return body .. ('\0'):rep(width * cells - #body)
end

local function encoded(value, width)
  if width == 1 then return char(value) end
  if width == 2 then return char(math.floor(value / 256), value % 256) end
  return struct.pack('>I4', value)
end

-- The whole row with the changes in it.
local function spliced(row, width, cells)
  local body, changed, from = body_of(row, width, cells), row.changed, 1
  local pieces, count = {char(row.bitmap and 0 or width)}, 1
  for _, ordinal in ipairs(row.ordinals) do
    local at = ordinal * width + 1
    if at > from then
      count = count + 1
      pieces[count] = sub(body, from, at - 1)
    end
    count = count + 1
    pieces[count] = encoded(changed[ordinal], width)
    from = at + width
  end
  pieces[count + 1] = sub(body, from)
  return table.concat(pieces)
end

-- Writes what change_cell remembered: a few cells in place, or the whole row when it is new, short, too narrow or
-- mostly changed. A row written whole has exactly one cell per store, so that Redis allocates no spare room.
local function write_row(row, stores)
  if #row.ordinals == 0 then return end
  if row.unsorted then table.sort(row.ordinals) end
  local width = width_for(row)
  local cells = row.bitmap and math.ceil(stores / 8) or stores
  local size = 1 + width * cells
  local in_place = width == row.width and row.bytes and (row.cells and not row.short or #row.bytes >= size)
  if not in_place or #row.ordinals > 1000 or #row.ordinals * BYTES_PER_BITFIELD_SET > size then
    read_rest(row)
    redis.call('SET', row.key, spliced(row, width, cells))
    return
  end
  if #row.ordinals == 1 then
    local ordinal = row.ordinals[1]
    redis.call('SETRANGE', row.key, 1 + ordinal * width, encoded(row.changed[ordinal], width))
    return
  end
  local sets = {}
  for _, ordinal in ipairs(row.ordinals) do
    sets[#sets + 1] = 'SET'
    sets[#sets + 1] = 'u' .. 8 * width
    sets[#sets + 1] = 8 + ordinal * 8 * width
    sets[#sets + 1] = row.changed[ordinal]
  end
  redis.call('BITFIELD', row.key, unpack(sets))
end

-- One product's stock rows, whole or open; their keys stand in KEYS from `first` on in the order of STOCK_ROWS.
local function read_product(keys, first, whole)
  local product, read = {}, whole and read_row or open_row
  for offset, kind in ipairs(STOCK_ROWS) do
    product[kind] = read(keys[first + offset - 1], kind == 'carried')
  end
  return product
end

local function write_product(product, stores)
  for _, kind in ipairs(STOCK_ROWS) do write_row(product[kind], stores) end
end

-- What may be promised of one cell. The only place that says so.
local function available_of(on_hand, safety, held, allocated)
  return math.max(0, on_hand - safety - held - allocated)
end

local function promisable(product, ordinal)
  return available_of(
    cell_of(product.on_hand, ordinal), cell_of(product.safety, ordinal),
    cell_of(product.held, ordinal), cell_of(product.allocated, ordinal))
end

local function recompute_available(product, ordinal)
  return change_cell(product.available, ordinal, promisable(product, ordinal))
end

-- Adds to a cell, never below 0; answers by how much it really changed.
local function add_to_cell(row, ordinal, delta)
  return change_cell(row, ordinal, math.max(0, cell_of(row, ordinal) + delta))
end

-- One product's part of a ledger entry: by how much each counter of a cell changed.
local function move_of(sku, ordinal, deltas)
  return {
    sku, ordinal, deltas.on_hand or 0, deltas.safety or 0, deltas.held or 0, deltas.allocated or 0,
    deltas.quality_control or 0,
  }
end

-- Entries are only ever added here; whoever archives old ones takes them away.
local function append_entry(ledger, fields)
  redis.call('XADD', ledger, '*', unpack(fields))
end

local function store_count(registry)
  return redis.call('HLEN', registry)
end
