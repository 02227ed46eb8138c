-- Shared by movements: which numbers of a source were applied, and what was applied ahead of a missing one.
--
-- Numbers are kept as runs without a gap (first number, scored by the last), so that a source costs one member of the
-- sorted set however far it has counted, and each gap one more. While a number is missing, every later movement is kept
-- with its cell as it was before and after, so that the missing one can still be applied at its own place: sorted by cell
-- and number (`cells`), so that a late movement costs what happened to its own cell, and by number alone (`order`).

local MAX_SEQ = 9007199254740991
local sources = {}
do
  -- So far back an order is restored exactly; what a source told even earlier counts as settled.
  local MOST_AHEAD = 10000
  -- A source first seen above this counted before we knew it; below it, the numbers before the first are missing.
  local FAR = 1000
  -- Its first numbers may come in any order: the run must have grown to this length before its start is believed.
  local SURE = 100
  -- Entries that one call forgets at most: nobody else is served meanwhile.
  local FORGOTTEN_AT_ONCE = 500
  local PAGE = 20
  local ENTRY = '^(%d+) ([%a_]+) (-?%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+)$'

  -- Where a number stands: the first number of the run that ends just before it, and the next run at or after it.
  function sources.place_of(runs, seq)
    local found = redis.call('ZRANGE', runs, text_of(seq - 1), '+inf', 'BYSCORE', 'LIMIT', 0, 2, 'WITHSCORES')
    local place, at = {}, 1
    if tonumber(found[2]) == seq - 1 then
      place.before, at = tonumber(found[1]), 3
    end
    place.next_first, place.next_last = tonumber(found[at]), tonumber(found[at + 1])
    place.late = place.next_first ~= nil
    place.seen = place.late and place.next_first <= seq
    return place
  end

  -- Up to where somebody decided that what is missing will not come; -1 where nobody did.
  function sources.given_up(counters, source)
    return tonumber(redis.call('HGET', counters, 'settled:' .. source) or nil) or -1
  end

  -- Up to where nothing is missing that may still come, or -1; and whether that is all that the source has told.
  local function settled_until(runs, counters, source)
    local lowest = redis.call('ZRANGE', runs, 0, 0, 'WITHSCORES')
    local first, last = tonumber(lowest[1]), tonumber(lowest[2])
    local may_be_start = first == 1 or first > FAR
    local believed = first == 0 or may_be_start and last - first + 1 >= SURE
    if believed and redis.call('ZCARD', runs) == 1 then return last, true end
    local given_up = sources.given_up(counters, source)
    if believed and last > given_up then return last, false end
    if given_up < 0 then return -1, false end
    local above = redis.call('ZRANGE', runs, text_of(given_up + 1), '+inf', 'BYSCORE', 'LIMIT', 0, 2, 'WITHSCORES')
    local joins = above[1] and tonumber(above[1]) <= given_up + 1
    return joins and tonumber(above[2]) or given_up, not above[joins and 3 or 1]
  end

  -- Enters a number that was not seen before; answers up to where the source is settled now, and whether all of it is.
  function sources.mark_seen(runs, seq, place, counters, source)
    local first, last = place.before or seq, seq
    if place.next_first == seq + 1 then
      last = place.next_last
      redis.call('ZREM', runs, text_of(place.next_first))
    end
    redis.call('ZADD', runs, text_of(last), text_of(first))
    return settled_until(runs, counters, source)
  end

  function sources.cell_name(sku, ordinal)
    return text_of(ordinal) .. ':' .. #sku .. ':' .. sku .. ' '
  end

  -- Of equal length, so that their order as text is their order.
  local function padded(seq)
    return string.format('%016.0f', seq)
  end

  local function cell_from(on_hand, allocated, quality_control)
    return {
      on_hand = tonumber(on_hand), allocated = tonumber(allocated), quality_control = tonumber(quality_control),
    }
  end

  local function decoded(member, name)
    local seq, effect, quantity, a, b, c, d, e, f = sub(member, #name + 1):match(ENTRY)
    return {
      member = member, seq = tonumber(seq), effect = effect, quantity = tonumber(quantity),
      before = cell_from(a, b, c), after = cell_from(d, e, f),
    }
  end

  local function encoded_entry(entry, name)
    local before, after = entry.before, entry.after
    return name .. table.concat({
      padded(entry.seq), entry.effect, text_of(entry.quantity),
      text_of(before.on_hand), text_of(before.allocated), text_of(before.quality_control),
      text_of(after.on_hand), text_of(after.allocated), text_of(after.quality_control),
    }, ' ')
  end

  -- Gives what was applied to a cell under higher numbers, one by one in the order of the numbers. Read in pages, as
  -- seldom more than a few are needed.
  function sources.later(ahead, seq, name)
    local from, to = '[' .. name .. padded(seq + 1), '(' .. name .. ':'  -- a colon follows the nine
    local page, at, read, complete = {}, 0, 0, false
    return function()
      if at == #page and not complete then
        page, at = redis.call('ZRANGE', ahead.cells, from, to, 'BYLEX', 'LIMIT', read, PAGE), 0
        read, complete = read + #page, #page < PAGE
      end
      at = at + 1
      return page[at] and decoded(page[at], name)
    end
  end

  local function forget(ahead, names)
    for _, name in ipairs(names) do
      redis.call('ZREM', ahead.order, name)
      redis.call('ZREMRANGEBYLEX', ahead.cells, '[' .. name, '(' .. name .. '!')  -- a blank follows the number
    end
  end

  -- Forgets what nothing can have to be put before any more, a part of it at a time.
  function sources.forget_settled(ahead, settled)
    if settled < 0 then return end
    forget(ahead, redis.call('ZRANGE', ahead.order, '-inf', text_of(settled), 'BYSCORE', 'LIMIT', 0, FORGOTTEN_AT_ONCE))
  end

  -- Keeps new and changed entries that something may still have to be put before, and forgets the others.
  function sources.keep(ahead, entries, name, settled, all_settled)
    if all_settled then
      redis.call('UNLINK', ahead.order, ahead.cells)
      return
    end
    for _, entry in ipairs(entries) do
      local member = encoded_entry(entry, name)
      if entry.seq > settled and member ~= entry.member then
        redis.call('ZADD', ahead.cells, 0, member)
        if entry.member then
          redis.call('ZREM', ahead.cells, entry.member)
        else
          redis.call('ZADD', ahead.order, text_of(entry.seq), name .. padded(entry.seq))
        end
      end
    end
    sources.forget_settled(ahead, settled)
    local surplus = redis.call('ZCARD', ahead.order) - MOST_AHEAD
    if surplus > 0 then forget(ahead, redis.call('ZRANGE', ahead.order, 0, math.min(surplus, FORGOTTEN_AT_ONCE) - 1)) end
  end
end
