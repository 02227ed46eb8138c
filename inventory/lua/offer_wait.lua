-- Offers units to somebody who waits: a hold of short life at the first of his stores that has enough and where nobody
-- before him could be served. His place is used up by it.
-- KEYS     registry, ledger, due holds, reminders, the place's record, products waited for, stores where this one is,
--          ends of places, places of the customer, customer, customer's holds, the hold; six stock rows and the live holds
--          of the product; then the line at each store of the place
-- ARGV     place's id, quantity, sku, hold's id, hold's life in ms, store ids of the place
-- Returns  'offered', the hold's fields; 'not_first' and who could be served before him ("<quantity>:<id>"); 'nothing';
--          'lapsed' (his time was over, he is out of the lines now); 'over' (he does not wait any more)
-- Invariant  one step takes the units, ends the place and makes the hold: no unit is between the two, and none goes to
--          somebody while another who came before him fits it

do
  local FIXED_KEYS, FIXED_ARGS = 12, 5

  local function call_from(keys, args)
    local call = {
      wait_id = args[1], quantity = whole_number(args[2], 1, MAX_QUANTITY), sku = args[3], hold_id = args[4],
      ttl_ms = whole_number(args[5], 1, MAX_LIFE_MS), stores = {}, registry = keys[1], ledger = keys[2],
      holds = {due = keys[3], reminders = keys[4]}, key = keys[5],
      lists = waitlist.lists_from(keys, 6), hold_key = keys[12], now = now_ms(),
      lines_from = FIXED_KEYS + KEYS_PER_PRODUCT + 1,
    }
    for i = FIXED_ARGS + 1, #args do call.stores[i - FIXED_ARGS] = args[i] end
    if not call.quantity or not call.ttl_ms or #call.stores < 1 or #call.stores > waitlist.most_stores then return nil end
    return #keys == call.lines_from - 1 + #call.stores and call
  end

  local function finish(call, wait, state, keys)
    waitlist.finish(call.lists, call.key, wait, state, call.now, call.stores, keys, call.lines_from)
  end

  -- Where he can be served: store id and ordinal. Otherwise nil, and who comes before him if that is the reason.
  local function find_store(call, product, keys)
    local own, before = waitlist.member_of(call.quantity, call.wait_id), nil
    for i, store_id in ipairs(call.stores) do
      local ordinal = tonumber(redis.call('HGET', call.registry, store_id) or nil)
      local available = ordinal and promisable(product, ordinal) or 0
      if available >= call.quantity then
        local first = waitlist.first_before(keys[call.lines_from + i - 1], own, available)
        if not first then return store_id, ordinal end
        before = before or first
      end
    end
    return nil, before
  end

  local function offer(call, wait, store_id, ordinal, products, keys)
    local owner, lines = owner_of(wait.customer_key, keys, 10), {{call.sku, call.quantity, call.quantity}}
    local hold = {
      hold_id = call.hold_id, state = 'held', store_id = store_id, ordinal = text_of(ordinal),
      lines = cjson.encode(lines), customer = wait.customer, customer_key = wait.customer_key, by = wait.by,
      created_ms = text_of(call.now), updated_ms = text_of(call.now), due_ms = text_of(call.now + call.ttl_ms),
      wait_id = call.wait_id,
    }
    local moves = take_units(lines, ordinal, products)
    write_products(products, store_count(call.registry))
    write_hold(call.hold_key, hold)
    list_hold(call.holds, call.hold_id, hold, lines, products, owner)
    wait.hold_id = call.hold_id
    finish(call, wait, 'offered', keys)
    append_entry(call.ledger,
      {'op', 'wait_offered', 'wait', call.wait_id, 'hold', call.hold_id, 'store', store_id, 'to', 'held', 'by', wait.by,
       'moves', encoded_moves(moves)})
    return {'offered', flat_fields(hold)}
  end

  local function offer_wait(keys, args)
    local call = call_from(keys, args)
    if not call then return bad_argument('place') end
    local wait = read_hold_fields(call.key)
    if not wait or wait.state ~= 'waiting' then
      -- Whoever is still in a line with such a place would stop everybody behind him for ever.
      local member = waitlist.member_of(call.quantity, call.wait_id)
      waitlist.leave_lines(call.lists, call.sku, member, call.stores, keys, call.lines_from)
      return {'over'}
    end
    if not waitlist.same_stores(wait, call.stores) or wait.sku ~= call.sku or wait.quantity ~= args[2] then
      return bad_argument('stores')
    end
    if tonumber(wait.until_ms) <= call.now then
      finish(call, wait, 'lapsed', keys)
      waitlist.tell(call.ledger, 'wait_lapsed', wait, '')
      return {'lapsed'}
    end
    local products = declared_products({call.sku}, keys, FIXED_KEYS + 1, #call.stores)
    local store_id, found = find_store(call, products[call.sku], keys)
    if store_id then return offer(call, wait, store_id, found, products, keys) end
    return found and {'not_first', found} or {'nothing'}
  end

  redis.register_function('@PREFIX@_offer_wait', offer_wait)
end
