-- Shared by the verbs about waiting. Each cell has a line of those who wait there, "<quantity>:<wait id>" in the order of
-- joining. Who waits at several cells has the same rank in all of them, and leaves all of them at once.

local waitlist = {most_stores = 100}

function waitlist.member_of(quantity, wait_id)
  return quantity .. ':' .. wait_id
end

-- Those in a line who can be served one after the other with so many units, at most so many of them.
function waitlist.servable(line, available, most)
  local chosen, first = {}, 0
  while available > 0 and #chosen < most do
    local members = redis.call('ZRANGE', line, first, first + 99)
    for _, member in ipairs(members) do
      local quantity = tonumber(member:match('^%d+'))
      if quantity <= available and #chosen < most then
        available = available - quantity
        chosen[#chosen + 1] = member
      end
    end
    if #members < 100 then break end
    first = first + 100
  end
  return chosen
end

-- The first in a line before a member who could be served with so many units, or nil.
function waitlist.first_before(line, own, available)
  local first = 0
  while true do
    local members = redis.call('ZRANGE', line, first, first + 99)
    for _, member in ipairs(members) do
      if member == own then return nil end
      if tonumber(member:match('^%d+')) <= available then return member end
    end
    if #members < 100 then return nil end
    first = first + 100
  end
end

-- Whether the stores that a call declares are those of the record.
function waitlist.same_stores(wait, store_ids)
  local stores = cjson.decode(wait.stores)
  if #stores ~= #store_ids then return false end
  for i, store_id in ipairs(stores) do
    if store_id ~= store_ids[i] then return false end
  end
  return true
end

-- The lists that name a place besides its lines: products waited for, stores where that is so, ends of places, and the
-- places of its customer.
function waitlist.lists_from(keys, first)
  return {skus = keys[first], stores = keys[first + 1], ends = keys[first + 2], places = keys[first + 3]}
end

-- Enters a place in its lines, {store_id, key} each, and in the lists that name it.
function waitlist.enter_lines(lists, wait, lines)
  for _, line in ipairs(lines) do
    redis.call('ZADD', line.key, wait.rank, waitlist.member_of(wait.quantity, wait.wait_id))
    redis.call('SADD', lists.stores, line.store_id)
  end
  redis.call('SADD', lists.skus, wait.sku)
  redis.call('ZADD', lists.ends, wait.until_ms, wait.wait_id)
  redis.call('HSET', lists.places, wait.sku, wait.until_ms .. ':' .. wait.wait_id)
end

-- Takes a place out of the lines at these stores; their keys stand in `keys` from `first` on.
function waitlist.leave_lines(lists, sku, member, store_ids, keys, first)
  for i, store_id in ipairs(store_ids) do
    local line = keys[first + i - 1]
    redis.call('ZREM', line, member)
    if redis.call('EXISTS', line) == 0 then redis.call('SREM', lists.stores, store_id) end
  end
  if redis.call('EXISTS', lists.stores) == 0 then redis.call('SREM', lists.skus, sku) end
end

-- Ends a place in line, with its record.
function waitlist.finish(lists, key, wait, state, now, store_ids, keys, first)
  wait.state, wait.updated_ms = state, text_of(now)
  write_hold(key, wait)
  redis.call('PEXPIRE', key, ENDED_HOLD_LIFE_MS)
  waitlist.leave_lines(lists, wait.sku, waitlist.member_of(wait.quantity, wait.wait_id), store_ids, keys, first)
  redis.call('ZREM', lists.ends, wait.wait_id)
  local place = redis.call('HGET', lists.places, wait.sku)
  if place and place:match(':(.*)$') == wait.wait_id then redis.call('HDEL', lists.places, wait.sku) end
end

-- Stores are named in the entry only where there is one.
function waitlist.tell(ledger, op, wait, by)
  append_entry(ledger,
    {'op', op, 'wait', wait.wait_id, 'sku', wait.sku, 'quantity', wait.quantity, 'by', by, 'moves', '[]'})
end
