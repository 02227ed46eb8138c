-- Moves holds to another state, and their units with them; several only together. A hold that has run out is ended first,
-- whatever was asked.
-- KEYS     registry, ledger, due holds, reminders, then of each hold its record, customer and customer's holds; then six
--          stock rows and the live holds of each product in the order of first occurrence; then who waits for each line
-- ARGV     verb (confirm, ready, pickup, cancel, no_show, short, short_oversold, expire), by, customer (JSON) and its digest
--          (confirm only, else empty: it becomes the customer of a hold that has none; of short instead of the customer
--          how many of each product are missing, JSON, empty for all), how many holds, then of each its
--          id, pick-up time, end and reminder in ms (confirm only, else empty), number of lines and their skus
-- Returns  'stale' where a hold has got a customer since it was read: read it and ask again; else a word, the fields of
--          each hold, and store id and sku of cells where units came free that somebody waits for.
--          Words: 'not_found'; 'changed'; 'repeated' (all were there already); 'expired' (one ran out, now or before);
--          'wrong_state' and only the hold that was in it; 'not_due' (expire only); 'not_oversold' (short_oversold only:
--          the shelf has enough for everybody); 'bad_time' (the pick-up time lies not ahead)
-- Invariant  units leave `held` exactly once, when the hold leaves its live states

do
  local FIXED_KEYS = 4
  local TRANSITIONS = {
    confirm = {to = 'confirmed', from = {held = true}},
    ready = {to = 'ready', from = {confirmed = true}},
    pickup = {to = 'picked_up', from = {confirmed = true, ready = true}, leaving = true},
    cancel = {to = 'cancelled', from = LIVE_STATES},
    no_show = {to = 'no_show', from = {confirmed = true, ready = true}},
    -- What cannot be found is not on the shelf, whatever the count says.
    short = {to = 'shorted', from = LIVE_STATES, leaving = true, reason = 'not_found'},
    short_oversold = {to = 'shorted', from = LIVE_STATES, reason = 'oversold'},
    expire = {},
  }

  -- The holds as ARGV tells them: {id, pickup_by_ms, due_ms, remind_ms, skus}, or nil.
  local function holds_from(args, first)
    local count, holds, at = whole_number(args[first], 1, MAX_PARTS), {}, first + 1
    if not count then return nil end
    for n = 1, count do
      local lines = whole_number(args[at + 4], 0, MAX_LINES)
      if not lines then return nil end
      holds[n] = {id = args[at], pickup_by_ms = args[at + 1], due_ms = args[at + 2], remind_ms = args[at + 3], lines = {}}
      for i = 1, lines do holds[n].lines[i] = {args[at + 4 + i]} end
      at = at + 5 + lines
    end
    return at == #args + 1 and holds or nil
  end

  -- Reads the holds; answers false where one is gone, nil where what was declared is not what they are made of, 'stale'
  -- where one has got a customer.
  local function read_holds(call, keys)
    for n, hold in ipairs(call.holds) do
      local at = FIXED_KEYS + 3 * (n - 1) + 1
      hold.key, hold.fields = keys[at], read_hold_fields(keys[at])
      if not hold.fields then return false end
      if is_stale(hold.fields, keys[at + 1]) then return 'stale' end
      local lines = cjson.decode(hold.fields.lines)
      if #lines ~= #hold.lines then return nil end
      for i, line in ipairs(lines) do
        if line[1] ~= hold.lines[i][1] then return nil end
      end
      hold.lines, hold.owner = lines, owner_of(hold.fields.customer_key, keys, at + 1)
      hold.new_owner = owner_of(call.customer_key, keys, at + 1)
      hold.ordinal = tonumber(hold.fields.ordinal)
    end
    return true
  end

  local function declare(call, keys)
    local skus, lines, first = skus_of(call.holds), 0, FIXED_KEYS + 3 * #call.holds + 1
    for _, hold in ipairs(call.holds) do lines = lines + #hold.lines end
    call.waiting_from = first + #skus * KEYS_PER_PRODUCT
    call.products = declared_products(skus, keys, first, lines)
    return call.products
  end

  local function answer(call, word, only)
    local fields = {}
    for _, hold in ipairs(only and {only} or call.holds) do fields[#fields + 1] = flat_fields(hold.fields) end
    return {word, fields, call.freed or {}}
  end

  -- Gives the units of holds that end back, in memory, then writes every row once.
  local function move_units(call, ending)
    for _, hold in ipairs(ending) do
      if not LIVE_STATES[hold.to] then
        hold.moves, hold.missing = release_units(hold.lines, hold.ordinal, call.products, hold.leaving)
      end
    end
    write_products(call.products, call.stores)
  end

  -- A hold that had no customer gets the one who confirms it.
  local function adopt(call, hold)
    hold.fields.customer = call.customer
    if hold.owner or not hold.new_owner then return end
    hold.owner, hold.fields.customer_key = hold.new_owner, call.customer_key
    for _, line in ipairs(hold.lines) do
      redis.call('HINCRBY', hold.owner.customer, 'units:' .. line[1], line[3])
    end
  end

  local function settle(call, hold)
    local fields, from, to = hold.fields, hold.fields.state, hold.to
    fields.state, fields.updated_ms = to, text_of(call.now)
    if to == 'confirmed' then
      fields.pickup_by_ms, fields.due_ms, fields.remind_ms = hold.pickup_by_ms, hold.due_ms, hold.remind_ms
      if call.customer ~= '' then adopt(call, hold) end
    end
    if hold.reason then fields.reason = hold.reason end
    write_hold(hold.key, fields)
    if to == 'confirmed' then
      list_times(call.lists, hold.id, fields, hold.owner)
    elseif not LIVE_STATES[to] then
      unlist_hold(call.lists, hold.id, hold.key, fields, hold.lines, call.products, hold.owner)
      if to == 'no_show' and hold.owner then redis.call('HINCRBY', hold.owner.customer, 'no_shows', 1) end
    end
    local entry = {'op', 'hold_' .. to, 'hold', hold.id, 'store', fields.store_id, 'from', from, 'to', to, 'by', call.by,
                   'moves', encoded_moves(hold.moves or {})}
    for name, value in pairs({reason = hold.reason, group = fields.group_id}) do
      entry[#entry + 1], entry[#entry + 2] = name, value
    end
    if (hold.missing or 0) > 0 then entry[#entry + 1], entry[#entry + 2] = 'shortfall', text_of(hold.missing) end
    append_entry(call.ledger, entry)
  end

  -- Cells where units came free and somebody waits.
  local function freed_cells(call, keys)
    local freed, at = {}, call.waiting_from
    for _, hold in ipairs(call.holds) do
      for _, line in ipairs(hold.lines) do
        if hold.moves and promisable(call.products[line[1]], hold.ordinal) > 0 and redis.call('EXISTS', keys[at]) == 1 then
          freed[#freed + 1] = hold.fields.store_id
          freed[#freed + 1] = line[1]
        end
        at = at + 1
      end
    end
    return freed
  end

  local function settle_all(call, keys, ending)
    move_units(call, ending)
    for _, hold in ipairs(ending) do settle(call, hold) end
    call.freed = freed_cells(call, keys)
  end

  local function expire_overdue(call, keys)
    local overdue = {}
    for _, hold in ipairs(call.holds) do
      if is_overdue(hold.fields, call.now) then
        hold.to = hold.fields.state == 'held' and 'expired' or 'no_show'
        overdue[#overdue + 1] = hold
      end
    end
    if #overdue > 0 then settle_all(call, keys, overdue) end
    return #overdue > 0
  end

  -- Whether time has done what was asked for.
  local function all_are(call, state)
    for _, hold in ipairs(call.holds) do
      if hold.fields.state ~= state then return false end
    end
    return true
  end

  -- What the list of due times says must follow the hold itself, or whoever met a stray entry would meet it for ever.
  local function mend_due_time(call, hold)
    if hold.fields and LIVE_STATES[hold.fields.state] then
      redis.call('ZADD', call.lists.due, hold.fields.due_ms, hold.id)
    else
      redis.call('ZREM', call.lists.due, hold.id)
    end
  end

  local function is_oversold(call, hold)
    for _, line in ipairs(hold.lines) do
      local product = call.products[line[1]]
      if line[3] > 0 and cell_of(product.held, hold.ordinal) > cell_of(product.on_hand, hold.ordinal) then return true end
    end
    return false
  end

  -- A part of a group that has ended, other than in its customer's hands, must not keep him from giving up the rest.
  local function rest_may_go(call)
    local live = 0
    for _, hold in ipairs(call.holds) do
      if hold.fields.state == 'picked_up' then return false end
      if LIVE_STATES[hold.fields.state] then live = live + 1 end
    end
    return call.verb == 'cancel' and live > 0
  end

  -- The word that stands against the transition, or nil.
  local function refusal(call, transition)
    local there, rest = 0, rest_may_go(call)
    for _, hold in ipairs(call.holds) do
      local state = hold.fields.state
      if state == transition.to or rest and not LIVE_STATES[state] then
        there = there + 1
      elseif ended_by_time(hold.fields) then
        return answer(call, 'expired')
      elseif not transition.from[state] then
        return answer(call, 'wrong_state', hold)
      end
    end
    if there == #call.holds then return answer(call, 'repeated') end
    for _, hold in ipairs(call.holds) do
      if call.verb == 'confirm' and not lies_ahead(hold, call.now) then return {'bad_time'} end
      if call.verb == 'short_oversold' and not is_oversold(call, hold) then return answer(call, 'not_oversold') end
    end
  end

  -- How many of each product the store cannot find: true for all of them, nil where that is no part of what is held.
  local function missing_units(text, holds)
    if text == '' then return true end
    local missing, total = cjson.decode(text), 0
    for _, hold in ipairs(holds) do
      for _, line in ipairs(hold.lines) do
        local units = missing[line[1]] or 0
        if type(units) ~= 'number' or units ~= math.floor(units) or units < 0 or units > line[3] then return nil end
        total = total + units
      end
    end
    return total > 0 and missing or nil
  end

  local function settle_hold(keys, args)
    local transition, holds = TRANSITIONS[args[1]], holds_from(args, 5)
    if not transition or not holds then return bad_argument('verb') end
    local call = {
      verb = args[1], by = args[2], customer = args[3], customer_key = args[4], holds = holds, now = now_ms(),
      ledger = keys[2], lists = {due = keys[3], reminders = keys[4]}, stores = store_count(keys[1]),
    }
    local found = read_holds(call, keys)
    if found == false then
      if call.verb == 'expire' then mend_due_time(call, holds[1]) end
      return {'not_found'}
    end
    if found == 'stale' then return {'stale'} end
    if not found or not declare(call, keys) then return bad_argument('lines') end
    if expire_overdue(call, keys) then return answer(call, all_are(call, transition.to) and 'repeated' or 'expired') end
    if call.verb == 'expire' then
      mend_due_time(call, holds[1])
      return answer(call, 'not_due')
    end
    local refused = refusal(call, transition)
    if refused then return refused end
    local moving, leaving = {}, transition.leaving
    if call.verb == 'short' then leaving = missing_units(call.customer, holds) end
    if call.verb == 'short' and not leaving then return bad_argument('missing') end
    for _, hold in ipairs(holds) do
      if transition.from[hold.fields.state] then
        hold.to, hold.leaving, hold.reason = transition.to, leaving, transition.reason
        moving[#moving + 1] = hold
      end
    end
    settle_all(call, keys, moving)
    return answer(call, 'changed')
  end

  -- Ending a hold must work without memory to spare, or nobody could read what is available once a hold has run out.
  redis.register_function{function_name = '@PREFIX@_settle_hold', callback = settle_hold, flags = {'allow-oom'}}
end
