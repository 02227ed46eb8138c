-- Gives up numbers of a source that are missing: nothing is kept for them any more. Should one come after all, it is
-- applied, once, as if it had been told just then.
-- KEYS     counters of all sources, the source's runs of numbers, what it told ahead of a missing one in order and by cell
-- ARGV     source, up to which number
-- Returns  'unknown_source'; or 'closed' and up to which number the source is settled by decision
-- Invariant  a decision is never taken back, and never reaches further than what the source has told

local function close_gaps(keys, args)
  local up_to = whole_number(args[2], 0, MAX_SEQ)
  if not up_to then return bad_argument('number') end
  local highest = redis.call('ZRANGE', keys[2], 0, 0, 'REV', 'WITHSCORES')
  if #highest == 0 then return {'unknown_source'} end
  local settled = math.max(math.min(up_to, tonumber(highest[2])), sources.given_up(keys[1], args[1]))
  redis.call('HSET', keys[1], 'settled:' .. args[1], text_of(settled))
  sources.forget_settled({order = keys[3], cells = keys[4]}, settled)
  return {'closed', text_of(settled)}
end

redis.register_function('@PREFIX@_close_gaps', close_gaps)
