-- Puts somebody at the end of the line for a product, at one store or at several at once.
-- KEYS     registry, ledger, idempotency record, the place's record, counter of places, products waited for, stores where
--          this one is, ends of places, places of the customer, carried row, then the line at each store
-- ARGV     fingerprint of the request, record's life in ms, place's id, sku, quantity, place's life in ms, most places of
--          one customer, customer (JSON), customer's digest, by, store ids in the order of preference
-- Returns  'replayed' and the first answer; 'conflict'; 'unknown_store' and its id; 'unknown_product'; 'not_carried' by
--          any of these stores; 'limit' and which, maximum, free again in ms; 'joined' and the place's id
-- Invariant  the order of joining is one for the whole region; a customer has one place for a product; the answer is kept
--          under the key together with its effect, or neither is

do
  local FIXED_KEYS, FIXED_ARGS = 10, 10

  local function call_from(keys, args)
    local call = {
      fingerprint = args[1], record_ms = whole_number(args[2], 1, MAX_LIFE_MS), wait_id = args[3], sku = args[4],
      quantity = whole_number(args[5], 1, MAX_QUANTITY), life_ms = whole_number(args[6], 1, MAX_LIFE_MS),
      most = whole_number(args[7], 0, MAX_COUNT), customer = args[8], customer_key = args[9], by = args[10],
      registry = keys[1], ledger = keys[2], record = keys[3], key = keys[4], counter = keys[5],
      lists = waitlist.lists_from(keys, 6), now = now_ms(),
    }
    local stores = #args - FIXED_ARGS
    if not (call.record_ms and call.quantity and call.life_ms and call.most) then return nil end
    if stores < 1 or stores > waitlist.most_stores or #keys ~= FIXED_KEYS + stores then return nil end
    return call
  end

  -- The stores that have the product in their range, each with its line; or a refusal.
  local function lines_of(call, keys, args)
    local carried, lines = read_row(keys[FIXED_KEYS], true), {}
    if not carried.bytes then return nil, {'unknown_product'} end
    for i = FIXED_ARGS + 1, #args do
      local ordinal = tonumber(redis.call('HGET', call.registry, args[i]) or nil)
      if not ordinal then return nil, {'unknown_store', args[i]} end
      if is_carried(carried, ordinal) then
        lines[#lines + 1] = {store_id = args[i], key = keys[FIXED_KEYS + i - FIXED_ARGS]}
      end
    end
    if #lines == 0 then return nil, {'not_carried'} end
    return lines
  end

  -- Places that have run out do not count, whoever has noticed.
  local function limited(call)
    local flat, places = redis.call('HGETALL', call.lists.places), 0
    local first
    for i = 1, #flat, 2 do
      local ends = tonumber(flat[i + 1]:match('^%d+'))
      if ends > call.now then
        if flat[i] == call.sku then return {'limit', {'places_per_product', 1, ends}} end
        places, first = places + 1, math.min(first or ends, ends)
      end
    end
    if call.most > 0 and places >= call.most then return {'limit', {'places', call.most, first}} end
  end

  local function take_place(call, lines)
    local store_ids, ends = {}, text_of(call.now + call.life_ms)
    for i, line in ipairs(lines) do store_ids[i] = line.store_id end
    local wait = {
      wait_id = call.wait_id, state = 'waiting', sku = call.sku, quantity = text_of(call.quantity),
      stores = cjson.encode(store_ids), rank = text_of(redis.call('INCR', call.counter)), customer = call.customer,
      customer_key = call.customer_key, by = call.by, joined_ms = text_of(call.now), updated_ms = text_of(call.now),
      until_ms = ends,
    }
    write_hold(call.key, wait)
    waitlist.enter_lines(call.lists, wait, lines)
    waitlist.tell(call.ledger, 'wait_joined', wait, call.by)
  end

  local function join_waitlist(keys, args)
    local call = call_from(keys, args)
    if not call then return bad_argument('place') end
    local first = redis.call('HMGET', call.record, 'fingerprint', 'answer')
    if first[1] and first[1] ~= call.fingerprint then return {'conflict'} end
    if first[1] then return {'replayed', cjson.decode(first[2])} end
    local lines, refused = lines_of(call, keys, args)
    refused = refused or limited(call)
    if refused then return refused end
    take_place(call, lines)
    return remember(call.record, call.fingerprint, call.record_ms, {'joined', call.wait_id})
  end

  redis.register_function('@PREFIX@_join_waitlist', join_waitlist)
end
