-- Applies one movement of stock, each (source, sequence number) once. In whatever order the movements of a source come,
-- its cells are as if they had come in the order of their numbers.
-- KEYS     registry, ledger, due holds, oversold cells, counters of all sources, the source's runs of numbers, what it
--          told ahead of a missing number in order and by cell, those who wait at the cell, six stock rows,
--          quality-control row
-- ARGV     source, sku, sequence number, type, store id, quantity, time of the event as the source told it (may be
--          empty), 1 where returns need an inspection
-- Returns  'applied', the shortfall, whether (1) it may have eaten held units, so that the cell is listed as oversold,
--          whether (1) units became available that somebody may wait for;
--          'duplicate'; 'unknown_store'; 'unknown_product'; 'too_much'; for `allocate` alone 'insufficient' and what is
--          available, 'due_first' and holds that have run out (end them and ask again), or 'waitlist_first' and store id
--          and sku of the cell (serve those who wait there and ask again)
-- Invariant  no counter falls below 0 and no sale is lost: what was told beyond the count is a shortfall; a count from
--            a source never touches what is held

do
  local COUNTERS = {'on_hand', 'allocated', 'quality_control'}
  -- These may leave fewer units than are promised to holds. A count may too, but it tells what is seen, not what is gone.
  local MAY_OVERSELL = {sell = true, adjust = true, transfer_out = true, ship = true}

  -- Takes units from a counter as far as they are there; answers how many were not.
  local function take(cell, counter, quantity)
    local taken = math.min(quantity, cell[counter])
    cell[counter] = cell[counter] - taken
    return quantity - taken
  end

  local function add(cell, counter, quantity)
    cell[counter] = cell[counter] + quantity
    return 0
  end

  local function put_on_shelf(cell, quantity) return add(cell, 'on_hand', quantity) end
  local function take_off_shelf(cell, quantity) return take(cell, 'on_hand', quantity) end

  -- What each type does to a cell; each answers how many units it told of that were not there.
  local EFFECTS = {
    receive = put_on_shelf,
    transfer_in = put_on_shelf,
    sell = take_off_shelf,
    transfer_out = take_off_shelf,
    ['return'] = put_on_shelf,
    return_to_inspection = function(cell, quantity) return add(cell, 'quality_control', quantity) end,
    pass_inspection = function(cell, quantity)
      local missing = take(cell, 'quality_control', quantity)
      put_on_shelf(cell, quantity - missing)
      return missing
    end,
    fail_inspection = function(cell, quantity) return take(cell, 'quality_control', quantity) end,
    adjust = function(cell, quantity)
      if quantity < 0 then return take_off_shelf(cell, -quantity) end
      return put_on_shelf(cell, quantity)
    end,
    count = function(cell, quantity)
      cell.on_hand = quantity
      return 0
    end,
    allocate = function(cell, quantity) return add(cell, 'allocated', quantity) end,
    deallocate = function(cell, quantity) return take(cell, 'allocated', quantity) end,
    ship = function(cell, quantity)
      take(cell, 'allocated', quantity)
      return take_off_shelf(cell, quantity)
    end,
  }

  local function quantity_of(kind, text)
    if kind == 'adjust' then return signed_number(text, MAX_QUANTITY) end
    if kind == 'count' then return whole_number(text, 0, MAX_COUNT) end
    return EFFECTS[kind] and kind ~= 'return_to_inspection' and whole_number(text, 1, MAX_QUANTITY)
  end

  -- The cell after a movement, and the units that were not there.
  local function after(effect, quantity, before)
    local cell = {}
    for _, counter in ipairs(COUNTERS) do cell[counter] = before[counter] end
    local missing = EFFECTS[effect](cell, quantity)
    return cell, missing
  end

  -- A cell changed in the way in which another went from one state to the next.
  local function shifted(cell, from, to)
    local moved = {}
    for _, counter in ipairs(COUNTERS) do moved[counter] = math.max(0, cell[counter] + to[counter] - from[counter]) end
    return moved
  end

  local function same(cell, other)
    for _, counter in ipairs(COUNTERS) do
      if cell[counter] ~= other[counter] then return false end
    end
    return true
  end

  -- Applies the later movements of a cell again, now that an earlier one stands before them, until one finds the cell as
  -- it did before. What others did to the cell meanwhile stays where it was. Adds those that changed to the outcome.
  local function replay(outcome, cell, was, entry, next_entry, now)
    while entry do
      local before = shifted(cell, was, entry.before)
      if same(before, entry.before) then
        outcome.final = now
        return
      end
      local _, missing_then = after(entry.effect, entry.quantity, entry.before)
      was = entry.after
      local missing
      entry.before = before
      entry.after, missing = after(entry.effect, entry.quantity, before)
      cell, outcome.later_shortfall = entry.after, outcome.later_shortfall + missing - missing_then
      outcome.entries[#outcome.entries + 1] = entry
      entry = next_entry()
    end
    outcome.final = shifted(cell, was, now)
  end

  local function fits(cell)
    for _, counter in ipairs(COUNTERS) do
      if cell[counter] > MAX_COUNT then return false end
    end
    return true
  end

  local function all_fit(entries, final)
    for _, entry in ipairs(entries) do
      if not fits(entry.after) then return false end
    end
    return fits(final)
  end

  -- A product is in a store's range from the moment it was put on the shelf there, or counted.
  local function joins_range(entries)
    for _, entry in ipairs(entries) do
      if entry.effect == 'count' or entry.after.on_hand > entry.before.on_hand then return true end
    end
    return false
  end

  -- This movement at its place among those of its source, and all that follows from it.
  local function worked_out(call, product)
    local now = {}
    for _, counter in ipairs(COUNTERS) do now[counter] = cell_of(product[counter], call.ordinal) end
    local next_entry = call.place.late and sources.later(call.ahead, call.seq, call.name) or function() end
    local own, first = {seq = call.seq, effect = call.effect, quantity = call.quantity}, next_entry()
    own.before = first and first.before or now
    own.after, own.missing = after(own.effect, own.quantity, own.before)
    local outcome = {entries = {own}, shortfall = own.missing, later_shortfall = 0}
    replay(outcome, own.after, own.before, first, next_entry, now)
    return outcome
  end

  local function refusal(call, product, outcome)
    if not all_fit(outcome.entries, outcome.final) then return {'too_much'} end
    if call.kind ~= 'allocate' then return nil end
    local available = promisable(product, call.ordinal)
    if available >= call.quantity then
      return somebody_waits(call.waiting, available) and {'waitlist_first', {call.store_id, call.sku}} or nil
    end
    local overdue = overdue_ids(call.due, now_ms())
    if #overdue > 0 then return {'due_first', overdue} end
    return {'insufficient', available}
  end

  -- Answers by how much each counter changed and whether more is available than before.
  local function write(call, product, outcome)
    local deltas, stores = {}, store_count(call.registry)
    for _, counter in ipairs(COUNTERS) do
      deltas[counter] = change_cell(product[counter], call.ordinal, outcome.final[counter])
    end
    if joins_range(outcome.entries) then set_carried(product.carried, call.ordinal) end
    local freed = recompute_available(product, call.ordinal) > 0
    write_product(product, stores)
    write_row(product.quality_control, stores)
    return deltas, freed
  end

  local function remember(call, outcome)
    local settled, all_settled = sources.mark_seen(call.runs, call.seq, call.place, call.counters, call.source)
    sources.keep(call.ahead, outcome.entries, call.name, settled, all_settled)
    if call.place.late then
      redis.call('HINCRBY', call.counters, 'late:' .. call.source, 1)
    elseif not call.place.before then
      redis.call('HSETNX', call.counters, 'since:' .. call.source, text_of(now_ms()))
    end
  end

  local function tell(call, deltas, outcome)
    local fields = {
      'op', call.kind, 'source', call.source, 'seq', text_of(call.seq), 'store', call.store_id, 'sku', call.sku,
      'at', call.at, 'shortfall', text_of(outcome.shortfall),
      'moves', cjson.encode({move_of(call.sku, call.ordinal, deltas)}),
    }
    if outcome.later_shortfall ~= 0 then
      fields[#fields + 1] = 'later_shortfall'
      fields[#fields + 1] = text_of(outcome.later_shortfall)
    end
    append_entry(call.ledger, fields)
  end

  local function may_oversell(entries)
    for _, entry in ipairs(entries) do
      if MAY_OVERSELL[entry.effect] and not (entry.effect == 'adjust' and entry.quantity >= 0) then return true end
    end
    return false
  end

  -- A cell where more is held than there is, with this movement or one applied again after it as a possible reason, is
  -- listed until it is resolved.
  local function list_oversold(call, product, entries)
    if not may_oversell(entries) then return 0 end
    if cell_of(product.held, call.ordinal) <= cell_of(product.on_hand, call.ordinal) then return 0 end
    redis.call('SADD', call.oversold, cjson.encode({call.sku, call.store_id, call.ordinal}))
    return 1
  end

  local function call_from(keys, args)
    local call = {
      registry = keys[1], ledger = keys[2], due = keys[3], oversold = keys[4], counters = keys[5], runs = keys[6],
      ahead = {order = keys[7], cells = keys[8]}, waiting = keys[9], source = args[1], sku = args[2],
      seq = whole_number(args[3], 0, MAX_SEQ),
      kind = args[4], store_id = args[5], quantity = quantity_of(args[4], args[6]), at = args[7],
    }
    call.effect = call.kind == 'return' and args[8] == '1' and 'return_to_inspection' or call.kind
    return #keys == 10 + #STOCK_ROWS and #args == 8 and call.seq and call.quantity and call
  end

  local function apply_movement(keys, args)
    local call = call_from(keys, args)
    if not call then return bad_argument('movement') end
    call.place = sources.place_of(call.runs, call.seq)
    if call.place.seen then
      redis.call('HINCRBY', call.counters, 'duplicate:' .. call.source, 1)
      return {'duplicate'}
    end
    call.ordinal = tonumber(redis.call('HGET', call.registry, call.store_id) or nil)
    if not call.ordinal then return {'unknown_store'} end
    local product = read_product(keys, 10)
    if not product.carried.bytes then return {'unknown_product'} end
    product.quality_control = read_row(keys[10 + #STOCK_ROWS])
    call.name = sources.cell_name(call.sku, call.ordinal)

    local outcome = worked_out(call, product)
    local refused = refusal(call, product, outcome)
    if refused then return refused end
    local deltas, freed = write(call, product, outcome)
    remember(call, outcome)
    tell(call, deltas, outcome)
    local wanted = freed and redis.call('EXISTS', call.waiting) or 0
    return {'applied', outcome.shortfall, list_oversold(call, product, outcome.entries), wanted}
  end

  redis.register_function('@PREFIX@_apply_movement', apply_movement)
end
