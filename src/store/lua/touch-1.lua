--[[
  Keeps the sources' freshness current. The version stays, for nothing that a commit is computed from changes.

  KEYS[1]  state hash
  ARGV[1]  fencing token
  ARGV[2]  the field `sources`

  Returns  1, or 0 when the token is not the newest or the server is another than the epoch began on
  Errors   WRONGTYPE, before anything is written
]]
local stored = redis.call('HMGET', KEYS[1], 'fence', 'lineage')
local lineage = string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)')
if tonumber(stored[1]) ~= tonumber(ARGV[1]) or stored[2] ~= lineage then
  return 0
end
redis.call('HSET', KEYS[1], 'sources', ARGV[2])
return 1
