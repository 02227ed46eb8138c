-- Takes a cell off the list of those where more is held than lies on the shelf, once that is mended.
-- KEYS     oversold cells, on-hand row, held row
-- ARGV     the list's member, store ordinal
-- Returns  'cleared', or 'oversold' and how many units too many are held
-- Invariant  a cell leaves the list only when the shelf has enough for all holds

local function clear_oversold(keys, args)
  local ordinal = whole_number(args[2], 0, MAX_ORDINALS)
  if not ordinal then return bad_argument('ordinal') end
  local excess = cell_of(read_row(keys[3]), ordinal) - cell_of(read_row(keys[2]), ordinal)
  if excess > 0 then return {'oversold', excess} end
  redis.call('SREM', keys[1], args[1])
  return {'cleared'}
end

redis.register_function('@PREFIX@_clear_oversold', clear_oversold)
