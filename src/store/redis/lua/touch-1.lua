--[[
  Keeps the freshness of the sources and of watched extensions current. The version does not change, because nothing that
  a commit is computed from does. It ends the count of attempts (attempt-1.lua).

  KEYS[1]  state hash
  ARGV[1]  fencing token
  ARGV[2]  number of arguments that follow for HSET
  ARGV[3…] arguments for HSET, then arguments for HDEL

  Returns  1, or the requests that wait (inbox.lua); or 0 when the token is not the newest or the server is another than
           the epoch began on
  Errors   WRONGTYPE, READONLY, MISCONF, all before anything is written
]]
local stored = redis.call('HMGET', KEYS[1], 'fence', 'lineage', 'inbox')
local lineage = 'master_replid:' .. (stored[2] or '') .. '\r\n'
if
  tonumber(stored[1]) ~= tonumber(ARGV[1])
  or not string.find(redis.call('INFO', 'replication'), lineage, 1, true)
then
  return 0
end
-- The first write needs no memory: a full Redis refuses no touch.
redis.call('HDEL', KEYS[1], 'attempts')
local firstRemoval = 3 + tonumber(ARGV[2])
-- In steps: Lua's stack holds some 8,000 values.
for i = 3, firstRemoval - 1, 4000 do
  redis.call('HSET', KEYS[1], unpack(ARGV, i, math.min(i + 3999, firstRemoval - 1)))
end
for i = firstRemoval, #ARGV, 4000 do
  redis.call('HDEL', KEYS[1], unpack(ARGV, i, math.min(i + 3999, #ARGV)))
end
return stored[3] or 1
