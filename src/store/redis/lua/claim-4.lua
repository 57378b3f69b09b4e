--[[
  Takes a tenant over: a new fencing token, and all that is stored to go on from.

  The token is at least one more than the last and not below the server's clock in microseconds, so that a token
  which a fail-over made the server forget is not handed out a second time.

  An epoch belongs to one replication id. A master's id changes when it is promoted and when it starts, and either may
  have cost the log its tail. So another id begins another epoch, whether or not something is missing. It continues the
  epoch before it, because what is left of that one is how it began. `continues` has the last sequence of each epoch that
  is continued: its cursors are good up to there. `epochStart` is where the first of them began.

  A state in a newer format than the caller knows is left as it is, token included: its writer is not fenced.

  KEYS[1]  state hash
  KEYS[2]  event log
  KEYS[3]  hash of call-backs
  KEYS[4]  hash of what else the tenant's desk goes on from
  ARGV[1]  epoch to begin where there is none
  ARGV[2]  '1' to begin it in any case, and to continue none: the log has lost its past
  ARGV[3]  the newest format that the caller knows, and the one of a state that begins here

  Returns  {code, fields of the state hash, those of call-backs, those of the desk}, names and values by turns; ClaimCode in
           scripts.ts names the codes: 0 claimed, with all fields, 1 newer format, with that field alone
  Errors   WRONGTYPE, READONLY, MISCONF, before anything is written
]]
local stored = redis.call('HMGET', KEYS[1], 'fence', 'epoch', 'sequence', 'lineage', 'format', 'continues')
if (tonumber(stored[5]) or 0) > tonumber(ARGV[3]) then
  return {1, {'format', stored[5]}}
end
-- Before the first write: of the wrong type, it fails here.
local callbacks, desk = redis.call('HGETALL', KEYS[3]), redis.call('HGETALL', KEYS[4])
local begins = redis.call('EXISTS', KEYS[1]) == 0
local lineage = string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)')
local logged = 0
if redis.call('EXISTS', KEYS[2]) == 1 then
  local about = redis.call('XINFO', 'STREAM', KEYS[2])
  for i = 1, #about, 2 do
    -- The last id ever given, not that of the last entry: trimming by age may have emptied the log.
    if about[i] == 'last-generated-id' then
      logged = tonumber(string.match(about[i + 1], '^%d+'))
    end
  end
end

local time = redis.call('TIME')
-- Redis refuses a script for want of memory at its first write only, and this one needs none: a full Redis fences too.
redis.call('HDEL', KEYS[1], '')
local fence = math.max((tonumber(stored[1]) or 0) + 1, time[1] * 1000000 + time[2])
redis.call('HSET', KEYS[1], 'fence', string.format('%.0f', fence))
redis.call('HSETNX', KEYS[1], 'version', '0')
if begins then
  redis.call('HSET', KEYS[1], 'format', ARGV[3])
end
if not stored[2] or stored[4] ~= lineage or ARGV[2] == '1' then
  local sequence = math.max(tonumber(stored[3]) or 0, logged)
  -- State and log are written in one step: where they disagree, something else has written.
  local isSound = stored[2] and #(stored[4] or '') == #lineage and logged == tonumber(stored[3])
  redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'lineage', lineage, 'sequence', string.format('%.0f', sequence))
  if isSound and ARGV[2] ~= '1' then
    local continued = { stored[2] .. ':' .. stored[3] }
    local current, earlier = string.match(stored[6] or '', '^(%S+) (.+)$')
    -- An older build that begins an epoch leaves the field as it is.
    if current == stored[2] then
      for one in string.gmatch(earlier, '%S+') do
        -- Nothing goes through more fail-overs than this within the time that a log keeps.
        if #continued < 16 then
          continued[#continued + 1] = one
        end
      end
    end
    redis.call('HSET', KEYS[1], 'continues', ARGV[1] .. ' ' .. table.concat(continued, ' '))
  else
    redis.call('HSET', KEYS[1], 'epochStart', string.format('%.0f', sequence + 1))
    redis.call('HDEL', KEYS[1], 'continues')
  end
  -- A commit of the old epoch must not be answered "already done" in the new one.
  redis.call('HDEL', KEYS[1], 'commit')
end
return {0, redis.call('HGETALL', KEYS[1]), callbacks, desk}
