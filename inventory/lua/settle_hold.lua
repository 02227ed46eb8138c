-- Moves a hold to another state, and its units with it. A hold that has run out is ended first, whatever was asked.
-- KEYS     registry, ledger, due holds, hold, then six stock rows per line of the hold
-- ARGV     hold id, verb (confirm, ready, pickup, cancel, expire), by, pick-up time in ms (confirm
--          only, else empty), then the sku of every line
-- Returns  'not_found'; or 'changed', 'repeated' (it was there already), 'expired' (it ran out, now or before),
--          'wrong_state', 'not_due' (expire only) and the hold's fields; 'bad_time' (the pick-up time lies not ahead)
-- Invariant  units leave `held` exactly once, when the hold leaves its live states

local TRANSITIONS = {
  confirm = {to = 'confirmed', from = {held = true}},
  ready = {to = 'ready', from = {confirmed = true}},
  pickup = {to = 'picked_up', from = {confirmed = true, ready = true}, takes = true},
  cancel = {to = 'cancelled', from = LIVE_STATES},
}
local ENDED_HOLD_LIFE_MS = 30 * DAY_MS

-- The units that a line leaves behind when its hold ends; with `takes` they leave the store as well.
local function give_back(hold, lines, keys, takes)
  local moves, ordinal, stores = {}, tonumber(hold.ordinal), store_count(keys[1])
  for i, line in ipairs(lines) do
    local sku, held, product = line[1], line[3], read_product(keys, 5 + (i - 1) * #STOCK_ROWS)
    local deltas = {held = add_to_cell(product.held, ordinal, -held)}
    if takes then deltas.on_hand = add_to_cell(product.on_hand, ordinal, -held) end
    recompute_available(product, ordinal)
    write_product(product, stores)
    moves[i] = move_of(sku, ordinal, deltas)
  end
  return moves
end

local function settle(call, hold, to, takes)
  local from, moves = hold.state, {}
  if not LIVE_STATES[to] then moves = give_back(hold, call.lines, call.keys, takes) end
  hold.state, hold.updated_ms = to, text_of(call.now)
  write_hold(call.keys[4], hold)
  if LIVE_STATES[to] then
    redis.call('ZADD', call.keys[3], hold.due_ms, call.hold_id)
  else
    redis.call('ZREM', call.keys[3], call.hold_id)
    redis.call('PEXPIRE', call.keys[4], ENDED_HOLD_LIFE_MS)
  end
  append_entry(call.keys[2],
    {'op', 'hold_' .. to, 'hold', call.hold_id, 'store', hold.store_id, 'from', from, 'to', to, 'by', call.by,
     'moves', #moves > 0 and cjson.encode(moves) or '[]'})
end

local function declares_lines(lines, keys, args, first)
  if #keys ~= 4 + #lines * #STOCK_ROWS or #args ~= first - 1 + #lines then return false end
  for i, line in ipairs(lines) do
    if args[first + i - 1] ~= line[1] then return false end
  end
  return true
end

-- What the list of due times says must follow the hold itself, or whoever met a stray entry would meet it for ever.
local function mend_due_time(due, hold_id, hold)
  if hold and LIVE_STATES[hold.state] then
    redis.call('ZADD', due, hold.due_ms, hold_id)
  else
    redis.call('ZREM', due, hold_id)
  end
end

local function settle_hold(keys, args)
  local hold_id, verb, by = args[1], args[2], args[3]
  local now, transition = now_ms(), TRANSITIONS[verb]
  local pickup_by_ms = whole_number(args[4], now + 1, now + 366 * DAY_MS)
  if not (transition or verb == 'expire') then return bad_argument('verb') end

  local hold = read_hold_fields(keys[4])
  if not hold then
    if verb == 'expire' then mend_due_time(keys[3], hold_id) end
    return {'not_found'}
  end
  local lines = cjson.decode(hold.lines)
  if not declares_lines(lines, keys, args, 5) then return bad_argument('lines') end
  local call = {keys = keys, hold_id = hold_id, by = by, now = now, lines = lines}
  if is_overdue(hold, now) then
    settle(call, hold, hold.state == 'held' and 'expired' or 'no_show')
    return {'expired', flat_fields(hold)}
  end

  if verb == 'expire' then
    mend_due_time(keys[3], hold_id, hold)
    return {'not_due', flat_fields(hold)}
  end
  if ended_by_time(hold) then return {'expired', flat_fields(hold)} end
  if hold.state == transition.to then return {'repeated', flat_fields(hold)} end
  if not transition.from[hold.state] then return {'wrong_state', flat_fields(hold)} end
  if verb == 'confirm' then
    if not pickup_by_ms then return {'bad_time'} end
    hold.due_ms, hold.pickup_by_ms = text_of(pickup_by_ms), text_of(pickup_by_ms)
  end
  settle(call, hold, transition.to, transition.takes)
  return {'changed', flat_fields(hold)}
end

-- Ending a hold must work without memory to spare, or nobody could read what is available once a hold has run out.
redis.register_function{function_name = '@PREFIX@_settle_hold', callback = settle_hold, flags = {'allow-oom'}}
