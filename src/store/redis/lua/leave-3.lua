--[[
  Ends a member's lease and gives back all its shards.

  KEYS[1]  sorted set: members by the end of their lease
  KEYS[2]  hash: shard, its owner
  KEYS[3]  hash: member, the digest of its list of tenants
  ARGV[1]  member
  ARGV[2]  channel for changes

  Returns  how many shards were given back
  Errors   WRONGTYPE, READONLY, before anything is written
]]
local entries = redis.call('HGETALL', KEYS[2])
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
local freed = 0
for i = 1, #entries, 2 do
  if entries[i + 1] == ARGV[1] then
    redis.call('HDEL', KEYS[2], entries[i])
    freed = freed + 1
  end
end
redis.call('PUBLISH', ARGV[2], ARGV[1])
return freed
