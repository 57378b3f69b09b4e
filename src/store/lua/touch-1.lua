--[[
  Keeps the sources' freshness current. The version stays, for nothing that a commit is computed from changes.

  KEYS[1]  state hash
  ARGV[1]  fencing token
  ARGV[2]  the field `sources`

  Returns  1, or 0 when the token is not the newest
  Errors   WRONGTYPE, before anything is written
]]
if tonumber(redis.call('HGET', KEYS[1], 'fence')) ~= tonumber(ARGV[1]) then
  return 0
end
redis.call('HSET', KEYS[1], 'sources', ARGV[2])
return 1
