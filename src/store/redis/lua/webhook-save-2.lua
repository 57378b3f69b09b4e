--[[
  Saves what has changed of a tenant's endpoints, under its webhooks' fencing token, with the dead letters that the new
  progress leaves behind.

  KEYS[1]  hash of the tenant's webhooks
  KEYS[2]  hash of lists: attempts and dead letters
  ARGV[1]  fencing token
  ARGV[2]  how many attempts a list keeps
  ARGV[3]  how many dead letters
  ARGV[4]  number of arguments for HSET on the first key
  ARGV[5]  number of arguments for HDEL on the first key
  ARGV[6]  number of endpoints that are removed
  ARGV[7…] those arguments and endpoints; then of each list of dead letters its name, their number, and the letters

  Returns  1, or 0 when the token is not the newest
  Errors   WRONGTYPE, READONLY, MISCONF, all before anything is written
]]
-- include webhook-ring
if tonumber(redis.call('HGET', KEYS[1], 'fence') or '') ~= tonumber(ARGV[1]) then
  return 0
end
-- Of the wrong type it fails here, before anything is written.
redis.call('HGET', KEYS[2], '')
-- Redis refuses a script for want of memory at its first write only, and this one needs none: no progress is lost for it.
redis.call('HDEL', KEYS[1], '')
local firstRemoval = 7 + tonumber(ARGV[4])
local firstRemoved = firstRemoval + tonumber(ARGV[5])
local firstList = firstRemoved + tonumber(ARGV[6])
-- In steps: Lua's stack holds some 8,000 values.
for i = 7, firstRemoval - 1, 4000 do
  redis.call('HSET', KEYS[1], unpack(ARGV, i, math.min(i + 3999, firstRemoval - 1)))
end
for i = firstRemoval, firstRemoved - 1, 4000 do
  redis.call('HDEL', KEYS[1], unpack(ARGV, i, math.min(i + 3999, firstRemoved - 1)))
end
local attempts, letters = tonumber(ARGV[2]), tonumber(ARGV[3])
for i = firstRemoved, firstList - 1 do
  forget(KEYS[2], 'attempts:' .. ARGV[i], attempts)
  forget(KEYS[2], 'dead:' .. ARGV[i], letters)
end
local at = firstList
while at <= #ARGV do
  local last = at + 1 + tonumber(ARGV[at + 1])
  add(KEYS[2], ARGV[at], letters, at + 2, last)
  at = last + 1
end
return 1
