-- Holds units at one store, or at several as a group: all of them or, unless a lone hold may be partial, none. It may
-- take the place of a live hold of the same owner, whose units count as available to him.
-- KEYS     registry, ledger, due holds, reminders, idempotency record, the address's counter, group, customer,
--          customer's holds, replaced hold, its customer, its customer's holds, the hold of each part; then six stock
--          rows and the live holds of each product, those of the replaced hold last; then who waits for each line
-- ARGV     fingerprint of the request, record's life in ms, hold's life in ms, partial allowed (0 or 1), customer (JSON),
--          customer's digest (may be empty), by, address counted (0 or 1), group id (may be empty; of a hold that is
--          moved its own), replaced hold's id (may be empty), move (0 or 1: keep state and times of the replaced hold),
--          pick-up time, end and reminder in ms (for the move of a confirmed hold, else empty), four limits, how many
--          parts, then of each part hold id, store id, number of lines, sku and quantity of each line; lines of the same
--          product are summed
-- Returns  'replayed' and the first answer; 'conflict'; 'unknown_store' and its id; 'unknown_product' and the skus;
--          'stale' where the hold to be replaced has got a customer or was confirmed since it was read: ask again;
--          'bad_time' (the pick-up time of a move lies not ahead);
--          'replaced' and the fields of the hold to be replaced when it is no longer live (none where it is gone);
--          'due_first' and overdue hold ids, which must be ended before anything is refused; 'limit' and which, maximum,
--          free again in ms; 'waitlist_first' and store id and sku of cells whose waiting people come first;
--          'insufficient' and store id, sku, requested, available, carried (0 or 1) of every line that fell short;
--          'placed' and hold id and fields of each part
-- Invariant  check and take are one step; the answer is kept under the key together with its effect, or neither is.
--          Kept answers are 'placed' and 'insufficient'; the others had no effect and may turn out otherwise next time

do
  local FIXED_KEYS = 12
  local GROUP_LIFE_MS = 90 * DAY_MS

  local function call_from(keys, args)
    local call = {
      fingerprint = args[1], record_ms = whole_number(args[2], 1, MAX_LIFE_MS),
      ttl_ms = whole_number(args[3], 1, MAX_LIFE_MS), partial = args[4] == '1', customer = args[5],
      customer_key = args[6], by = args[7], address = args[8] == '1' and keys[6] or nil, group_id = args[9],
      replaced_id = args[10], moves = args[11] == '1', limits = limits_from(args, 15), parts = parts_from(args, 19),
      lists = {due = keys[3], reminders = keys[4]}, owner = owner_of(args[6], keys, 8), registry = keys[1],
      ledger = keys[2], record = keys[5], now = now_ms(),
    }
    if args[12] ~= '' then
      call.times = {}
      for i, name in ipairs({'pickup_by_ms', 'due_ms', 'remind_ms'}) do
        local text = args[11 + i]
        call.times[name] = text
        if not whole_number(text, 1, 10 ^ 15) and not (name == 'remind_ms' and text == '') then return nil end
      end
    end
    if not (call.record_ms and call.ttl_ms and call.limits and call.parts) then return nil end
    if #call.parts > 1 and (call.partial or call.replaced_id ~= '') then return nil end
    if call.moves and call.replaced_id == '' then return nil end
    return call
  end

  -- The hold to be replaced, with its lines and owner, in call.old. Answers a refusal where it is no longer live.
  local function find_replaced(call, keys)
    if call.replaced_id == '' then return nil end
    local fields = read_hold_fields(keys[10])
    if not fields then return {'replaced'} end
    if is_stale(fields, keys[11]) then return {'stale'} end
    if is_overdue(fields, call.now) then return {'due_first', {call.replaced_id}} end
    if not LIVE_STATES[fields.state] then return {'replaced', flat_fields(fields)} end
    call.old = {
      fields = fields, state = fields.state, lines = cjson.decode(fields.lines),
      owner = owner_of(fields.customer_key, keys, 11),
    }
  end

  local function declare_products(call, keys)
    local skus, lines, first = skus_of(call.parts), 0, FIXED_KEYS + #call.parts + 1
    call.skus = skus
    local all = skus_of({{lines = call.old and call.old.lines or {}}})
    local met, declared = {}, {}
    for _, sku in ipairs(skus) do met[sku], declared[#declared + 1] = true, sku end
    for _, sku in ipairs(all) do
      if not met[sku] then declared[#declared + 1] = sku end
    end
    for _, part in ipairs(call.parts) do lines = lines + #part.lines end
    call.waiting_from = first + #declared * KEYS_PER_PRODUCT
    return declared_products(declared, keys, first, lines)
  end

  local function limited(call)
    local wanted, more = {}, #call.parts
    for _, part in ipairs(call.parts) do sum_units(wanted, part.lines, 2, 1) end
    if call.old and call.owner and call.old.fields.customer_key == call.customer_key then
      sum_units(wanted, call.old.lines, 3, -1)
      more = more - 1
    end
    return limit_reached(call.limits, more, wanted, call.products, call.owner, call.address, call.now)
  end

  -- Holds that have run out are ended before anybody is refused.
  local function refused(call, answer, kept)
    local overdue = overdue_ids(call.lists.due, call.now)
    if #overdue > 0 then return {'due_first', overdue} end
    if kept then return remember(call.record, call.fingerprint, call.record_ms, answer) end
    return answer
  end

  local function new_hold(call, part)
    local now = text_of(call.now)
    local hold = {
      hold_id = part.hold_id, state = 'held', store_id = part.store_id, ordinal = text_of(part.ordinal),
      lines = cjson.encode(part.lines), customer = call.customer, customer_key = call.customer_key, by = call.by,
      created_ms = now, updated_ms = now, due_ms = text_of(call.now + call.ttl_ms),
    }
    if call.group_id ~= '' then hold.group_id = call.group_id end
    if call.old then
      hold.moved_from = call.replaced_id
      if call.moves then
        local old = call.old.fields
        hold.created_ms, hold.due_ms, hold.extensions, hold.by = old.created_ms, old.due_ms, old.extensions, old.by
        if call.old.state ~= 'held' then
          hold.state = 'confirmed'
          for name, text in pairs(call.times) do hold[name] = text end
        end
      end
    end
    return hold
  end

  local function end_replaced(call, key)
    local old = call.old
    local fields, from = old.fields, old.state
    fields.state, fields.updated_ms, fields.moved_to = 'moved', text_of(call.now), call.parts[1].hold_id
    write_hold(key, fields)
    unlist_hold(call.lists, call.replaced_id, key, fields, old.lines, call.products, old.owner)
    append_entry(call.ledger,
      {'op', 'hold_moved', 'hold', call.replaced_id, 'store', fields.store_id, 'from', from, 'to', 'moved', 'by', call.by,
       'to_hold', fields.moved_to, 'moves', encoded_moves(old.moves)})
  end

  local function place_part(call, part, key, moves)
    local hold = new_hold(call, part)
    local written = write_hold(key, hold)
    list_hold(call.lists, part.hold_id, hold, part.lines, call.products, call.owner)
    local entry = {'op', 'hold_placed', 'hold', part.hold_id, 'store', part.store_id, 'to', hold.state, 'by', call.by,
                   'moves', encoded_moves(moves)}
    if call.old then
      entry[#entry + 1] = 'from_hold'
      entry[#entry + 1] = call.replaced_id
    end
    if call.group_id ~= '' then
      entry[#entry + 1] = 'group'
      entry[#entry + 1] = call.group_id
    end
    append_entry(call.ledger, entry)
    return written
  end

  -- A hold that is moved leaves its place in the group to the new one.
  local function note_group(call, key, members)
    if call.group_id == '' then return end
    if call.moves then
      local stored = redis.call('HGET', key, 'holds')
      for n, hold_id in ipairs(stored and cjson.decode(stored) or {}) do
        members[n] = hold_id == call.replaced_id and call.parts[1].hold_id or hold_id
      end
      redis.call('HSET', key, 'holds', cjson.encode(members))
    else
      redis.call('HSET', key, 'holds', cjson.encode(members), 'by', call.by, 'created_ms', text_of(call.now))
    end
    redis.call('PEXPIRE', key, GROUP_LIFE_MS)
  end

  local function take(call, keys)
    local moves, placed, members = {}, {'placed'}, {}
    for n, part in ipairs(call.parts) do moves[n] = take_units(part.lines, part.ordinal, call.products) end
    write_products(call.products, store_count(call.registry))
    if call.old then end_replaced(call, keys[10]) end
    for n, part in ipairs(call.parts) do
      placed[#placed + 1] = part.hold_id
      placed[#placed + 1] = place_part(call, part, keys[FIXED_KEYS + n], moves[n])
      members[n] = part.hold_id
    end
    note_group(call, keys[7], members)
    if call.address then count_for_address(call.address, #call.parts) end
    return remember(call.record, call.fingerprint, call.record_ms, placed)
  end

  local function place_hold(keys, args)
    local call = call_from(keys, args)
    if not call then return bad_argument('hold') end
    local first = redis.call('HMGET', call.record, 'fingerprint', 'answer')
    if first[1] and first[1] ~= call.fingerprint then return {'conflict'} end
    if first[1] then return {'replayed', cjson.decode(first[2])} end
    local stranger = unknown_store(call.parts, call.registry)
    if stranger then return {'unknown_store', stranger} end
    local gone = find_replaced(call, keys)
    if gone then return gone end
    if call.moves and call.old.state ~= 'held' then
      if not call.times then return {'stale'} end
      if not lies_ahead(call.times, call.now) then return {'bad_time'} end
    end
    call.products = declare_products(call, keys)
    if not call.products then return bad_argument('keys') end
    local unknown = unknown_products(call.skus, call.products)
    if #unknown > 0 then return {'unknown_product', unknown} end

    local limit = limited(call)
    if limit then return refused(call, {'limit', limit}) end
    local waited = waited_for(call.parts, call.products, keys, call.waiting_from)
    if #waited > 0 then return refused(call, {'waitlist_first', waited}) end
    if call.old then
      call.old.moves = release_units(call.old.lines, tonumber(call.old.fields.ordinal), call.products)
    end
    local short, total = judge(call.parts, call.products)
    if #short > 0 and (not call.partial or total == 0) then return refused(call, {'insufficient', short}, true) end
    if #short > 0 then
      local overdue = overdue_ids(call.lists.due, call.now)
      if #overdue > 0 then return {'due_first', overdue} end
    end
    return take(call, keys)
  end

  redis.register_function('@PREFIX@_place_hold', place_hold)
end
