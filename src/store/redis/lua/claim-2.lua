--[[
  Takes a tenant over: a new fencing token, and all that is stored to go on from.

  The token is at least one more than the last and not below the server's clock in microseconds, so that a token
  which a fail-over made the server forget is not handed out a second time.

  An epoch is one lineage's: a master's replication id changes when it is promoted and when it starts, and either may
  have cost the log its tail. So another id begins another epoch, whether or not something is missing.

  KEYS[1]  state hash
  KEYS[2]  event log
  ARGV[1]  epoch to begin where there is none
  ARGV[2]  '1' to begin it in any case: the log has lost its past

  Returns  all fields of the state hash, name and value by turns
  Errors   WRONGTYPE, before anything is written
]]
local stored = redis.call('HMGET', KEYS[1], 'fence', 'epoch', 'sequence', 'lineage')
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
local fence = math.max((tonumber(stored[1]) or 0) + 1, time[1] * 1000000 + time[2])
redis.call('HSET', KEYS[1], 'fence', string.format('%.0f', fence))
redis.call('HSETNX', KEYS[1], 'version', '0')
if not stored[2] or stored[4] ~= lineage or ARGV[2] == '1' then
  local sequence = math.max(tonumber(stored[3]) or 0, logged)
  redis.call('HSET', KEYS[1],
    'epoch', ARGV[1],
    'lineage', lineage,
    'sequence', string.format('%.0f', sequence),
    'epochStart', string.format('%.0f', sequence + 1))
  -- A commit of the old epoch must not be answered "already done" in the new one.
  redis.call('HDEL', KEYS[1], 'commit')
end
return redis.call('HGETALL', KEYS[1])
