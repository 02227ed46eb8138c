-- Applies one movement of stock, each (source, sequence number) once, in any order of arrival.
-- KEYS     registry, ledger, the source's sequence numbers, six stock rows
-- ARGV     source, sku, sequence number, type (receive, sell, return, adjust, count), store id, quantity,
--          time of the event as the source told it (may be empty)
-- Returns  'applied' and the shortfall; 'duplicate'; 'unknown_store'; 'unknown_product'; 'too_much'
-- Invariant  on hand never falls below 0 and no sale is lost: what was sold beyond the count is told as a shortfall

local SIGNS = {receive = 1, ['return'] = 1, sell = -1}

-- The numbers of a source that were applied are kept as runs without a gap, so that a source costs one member of the
-- sorted set however far it has counted, and each gap one more. Answers the first run that ends at or after the number.
local function run_from(key, seq)
  local found = redis.call('ZRANGE', key, text_of(seq), '+inf', 'BYSCORE', 'LIMIT', 0, 1, 'WITHSCORES')
  return tonumber(found[1]), tonumber(found[2])
end

local function seen(key, seq)
  local first = run_from(key, seq)
  return first ~= nil and first <= seq
end

-- A run of its own for a number not seen before, joined to those that end just before and begin just after it.
local function mark_seen(key, seq)
  local first, last = seq, seq
  local before_first, before_last = run_from(key, seq - 1)
  if before_last == seq - 1 then first = before_first end
  local after_first, after_last = run_from(key, seq + 1)
  if after_first == seq + 1 then
    last = after_last
    redis.call('ZREM', key, text_of(after_first))
  end
  redis.call('ZADD', key, text_of(last), text_of(first))
end

local function quantity_of(kind, text)
  if kind == 'adjust' then return signed_number(text, MAX_QUANTITY) end
  if kind == 'count' then return whole_number(text, 0, MAX_COUNT) end
  return SIGNS[kind] and whole_number(text, 1, MAX_QUANTITY)
end

local function apply_movement(keys, args)
  local source, sku, kind, store_id = args[1], args[2], args[4], args[5]
  local seq, quantity = whole_number(args[3], 1, 10 ^ 15), quantity_of(kind, args[6])
  if not seq or not quantity then return bad_argument('movement') end
  if seen(keys[3], seq) then return {'duplicate'} end
  local ordinal = tonumber(redis.call('HGET', keys[1], store_id) or nil)
  if not ordinal then return {'unknown_store'} end
  local product = read_product(keys, 4)
  if not product.carried.bytes then return {'unknown_product'} end

  local before = cell_of(product.on_hand, ordinal)
  local wanted = kind == 'count' and quantity or before + quantity * (SIGNS[kind] or 1)
  if wanted > MAX_COUNT then return {'too_much'} end
  local shortfall = math.max(0, -wanted)
  local delta = change_cell(product.on_hand, ordinal, math.max(0, wanted))
  if wanted > 0 or kind == 'count' then set_carried(product.carried, ordinal) end
  recompute_available(product, ordinal)
  write_product(product, store_count(keys[1]))
  mark_seen(keys[3], seq)
  append_entry(keys[2],
    {'op', kind, 'source', source, 'seq', text_of(seq), 'store', store_id, 'sku', sku, 'at', args[7],
     'shortfall', text_of(shortfall), 'moves', cjson.encode({move_of(sku, ordinal, {on_hand = delta})})})
  return {'applied', shortfall}
end

redis.register_function('@PREFIX@_apply_movement', apply_movement)
