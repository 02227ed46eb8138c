-- What may be promised of cells with these counters, for whoever checks rows that were read. Reads and writes nothing.
-- KEYS     ledger (it only says in which slot this runs)
-- ARGV     on hand, safety, held and allocated of each cell, one after the other (packed u32)
-- Returns  what may be promised of each (packed u32)
-- Invariant  the formula stands in the shared file alone: a check with its own copy would not notice a wrong one

local function judge_available(_, args)
  local counters = unpacked(args[1], 'I4', 4)
  if not counters or #counters % 4 ~= 0 then return bad_argument('counters') end
  local promised = {}
  for first = 1, #counters, 4 do
    promised[#promised + 1] = available_of(unpack(counters, first, first + 3))
  end
  return packed(promised, 'I4', 1)
end

redis.register_function{function_name = '@PREFIX@_judge_available', callback = judge_available, flags = {'no-writes'}}
