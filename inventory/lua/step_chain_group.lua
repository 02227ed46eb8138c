-- Moves the record of a group over several regions one step on, if it is where the caller believes it is.
-- KEYS     ledger, record, open records
-- ARGV     group id, state it must be in ('' for a new one), next state, time in ms after which somebody else finishes the
--          next state ('' where nothing is left to do), by, then field and value of what is noted with it
-- Returns  'moved', or 'elsewhere' and the record's fields (none where there is no record)
-- Invariant  of several callers who see the same state exactly one moves it

do
  local RECORD_LIFE_MS = 90 * DAY_MS

  local function step_chain_group(keys, args)
    local group_id, from, to, by = args[1], args[2], args[3], args[5]
    local patience_ms = args[4] == '' and 0 or whole_number(args[4], 1, DAY_MS)
    if not patience_ms or to == '' or #args % 2 == 0 then return bad_argument('step') end
    local record = read_hold_fields(keys[2])
    if (record and record.state or '') ~= from then return {'elsewhere', record and flat_fields(record) or {}} end
    local fields = {'state', to}
    if not record then fields[3], fields[4] = 'by', by end
    for i = 6, #args do fields[#fields + 1] = args[i] end
    redis.call('HSET', keys[2], unpack(fields))
    redis.call('PEXPIRE', keys[2], RECORD_LIFE_MS)
    if patience_ms > 0 then
      redis.call('ZADD', keys[3], text_of(now_ms() + patience_ms), group_id)
    else
      redis.call('ZREM', keys[3], group_id)
    end
    append_entry(keys[1], {'op', 'chain_group_' .. to, 'group', group_id, 'from', from, 'to', to, 'by', by, 'moves', '[]'})
    return {'moved'}
  end

  redis.register_function('@PREFIX@_step_chain_group', step_chain_group)
end
