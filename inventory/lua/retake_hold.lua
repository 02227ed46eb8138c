-- Confirms holds of which some have expired, if the units of those are still there: all of them or none.
-- KEYS     as for settle_hold
-- ARGV     by, customer (JSON) and its digest (may be empty: it becomes the customer of a hold that has none), four limits,
--          then as for settle_hold from the number of holds on
-- Returns  'stale' as settle_hold does; 'not_found'; 'wrong_state' and the fields of a hold that cannot be confirmed;
--          'bad_time'; 'due_first' and overdue hold ids; 'limit' as place_hold does; 'waitlist_first' and store id and sku
--          of cells whose waiting people come first; 'insufficient' and store id, sku, requested, available, carried
--          (0 or 1) of every line; 'changed', or 'repeated' where all were confirmed already, and the fields of each hold
-- Invariant  a hold that comes back takes its units anew, like any other hold; nobody else's are touched

do
  local FIXED_KEYS = 4
  local CONFIRMABLE = {expired = true, held = true, confirmed = true}

  local function parts_of(keys, args)
    local count, parts, at = whole_number(args[8], 1, MAX_PARTS), {}, 9
    if not count then return nil end
    for n = 1, count do
      local lines = whole_number(args[at + 4], 1, MAX_LINES)
      if not lines then return nil end
      local first = FIXED_KEYS + 3 * (n - 1) + 1
      parts[n] = {hold_id = args[at], pickup_by_ms = args[at + 1], due_ms = args[at + 2], remind_ms = args[at + 3],
                  key = keys[first], fields = read_hold_fields(keys[first]), lines = {}, first = first}
      for i = 1, lines do parts[n].lines[i] = {args[at + 4 + i]} end
      at = at + 5 + lines
    end
    return at == #args + 1 and parts or nil
  end

  -- Each line of a hold that expired asks again for what was held, that of another for nothing more than it has. Nil where
  -- the declared lines are not those of the hold.
  local function ask_again(part, keys, customer_key)
    local lines = cjson.decode(part.fields.lines)
    if #lines ~= #part.lines then return nil end
    part.expired, part.held = part.fields.state == 'expired', lines
    for i, line in ipairs(lines) do
      if line[1] ~= part.lines[i][1] then return nil end
      part.lines[i] = {line[1], part.expired and line[3] or 0}
    end
    part.store_id, part.ordinal = part.fields.store_id, tonumber(part.fields.ordinal)
    part.owner = owner_of(part.fields.customer_key, keys, part.first + 1)
    part.new_owner = owner_of(customer_key, keys, part.first + 1)
    return true
  end

  local function confirm(part, call, moves)
    local fields, from = part.fields, part.fields.state
    fields.state, fields.updated_ms = 'confirmed', text_of(call.now)
    fields.pickup_by_ms, fields.due_ms, fields.remind_ms = part.pickup_by_ms, part.due_ms, part.remind_ms
    if call.customer ~= '' then fields.customer = call.customer end
    local adopted = not part.owner and part.new_owner
    if adopted then part.owner, fields.customer_key = part.new_owner, call.customer_key end
    write_hold(part.key, fields)
    redis.call('PERSIST', part.key)
    if part.expired or adopted then
      list_hold(call.lists, part.hold_id, fields, part.held, call.products, part.owner)
    else
      list_times(call.lists, part.hold_id, fields, part.owner)
    end
    append_entry(call.ledger,
      {'op', part.expired and 'hold_retaken' or 'hold_confirmed', 'hold', part.hold_id, 'store', part.store_id,
       'from', from, 'to', 'confirmed', 'by', call.by, 'moves', encoded_moves(part.expired and moves or {}),
       unpack(fields.group_id and {'group', fields.group_id} or {})})
  end

  -- Checks the records; answers a refusal or nil.
  local function unfit(parts, keys, now, customer_key)
    for _, part in ipairs(parts) do
      if not part.fields then return {'not_found'} end
      if is_stale(part.fields, keys[part.first + 1]) then return {'stale'} end
      if is_overdue(part.fields, now) then return {'due_first', {part.hold_id}} end
      if not CONFIRMABLE[part.fields.state] then return {'wrong_state', {flat_fields(part.fields)}} end
      if not ask_again(part, keys, customer_key) then return bad_argument('lines') end
      if not lies_ahead(part, now) then return {'bad_time'} end
    end
  end

  local function limited(parts, limits, products, now)
    local wanted, owner, more = {}, parts[1].owner or parts[1].new_owner, 0
    for _, part in ipairs(parts) do
      sum_units(wanted, part.lines, 2, 1)
      if part.expired then more = more + 1 end
    end
    return limit_reached(limits, more, wanted, products, owner, nil, now)
  end

  local function retake_hold(keys, args)
    local parts, limits, now = parts_of(keys, args), limits_from(args, 4), now_ms()
    if not parts or not limits then return bad_argument('holds') end
    local refused = unfit(parts, keys, now, args[3])
    if refused then return refused end
    local skus, lines, first = skus_of(parts), 0, FIXED_KEYS + 3 * #parts + 1
    for _, part in ipairs(parts) do lines = lines + #part.lines end
    local products = declared_products(skus, keys, first, lines)
    if not products then return bad_argument('keys') end

    local waited = waited_for(parts, products, keys, first + #skus * KEYS_PER_PRODUCT)
    local overdue = overdue_ids(keys[3], now)
    local short = judge(parts, products)
    local limit = limited(parts, limits, products, now)
    if (limit or #waited > 0 or #short > 0) and #overdue > 0 then return {'due_first', overdue} end
    if limit then return {'limit', limit} end
    if #waited > 0 then return {'waitlist_first', waited} end
    if #short > 0 then return {'insufficient', short} end

    local call = {now = now, by = args[1], customer = args[2], customer_key = args[3], products = products,
                  ledger = keys[2], lists = {due = keys[3], reminders = keys[4]}}
    local moves, fields, word = {}, {}, 'repeated'
    for n, part in ipairs(parts) do moves[n] = take_units(part.lines, part.ordinal, products) end
    write_products(products, store_count(keys[1]))
    for n, part in ipairs(parts) do
      if part.fields.state ~= 'confirmed' then
        confirm(part, call, moves[n])
        word = 'changed'
      end
      fields[n] = flat_fields(part.fields)
    end
    return {word, fields, {}}
  end

  redis.register_function('@PREFIX@_retake_hold', retake_hold)
end
