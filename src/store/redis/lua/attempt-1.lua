--[[
  Notes that an owner begins to work on the tenant, before the work. A commit or a touch ends the count: the work was
  survived. One owner counts once, however often its work fails: it lives.

  KEYS[1]  state hash
  ARGV[1]  fencing token
  ARGV[2]  owner: a name without spaces that no other process has

  Returns  how many owners in a row have begun since then, this one among them; 0 when the token is not the newest
  Errors   WRONGTYPE, READONLY, MISCONF, all before anything is written
]]
local stored = redis.call('HMGET', KEYS[1], 'fence', 'attempts')
if tonumber(stored[1]) ~= tonumber(ARGV[1]) then
  return 0
end
local count, owner = string.match(stored[2] or '', '^(%d+) (%S+)$')
count = tonumber(count) or 0
if owner ~= ARGV[2] then
  count = count + 1
  -- Redis refuses a script for want of memory at its first write only, and this one needs none: polling goes on.
  redis.call('HDEL', KEYS[1], '')
  redis.call('HSET', KEYS[1], 'attempts', count .. ' ' .. ARGV[2])
end
return count
