--[[
  Counts an attempt to work on the tenant, before the work. A commit or a touch ends the count: the work was survived.

  KEYS[1]  state hash
  ARGV[1]  fencing token

  Returns  how many attempts there have been since then, this one among them; 0 when the token is not the newest
  Errors   WRONGTYPE, OOM, READONLY, MISCONF, all before anything is written
]]
if tonumber(redis.call('HGET', KEYS[1], 'fence')) ~= tonumber(ARGV[1]) then
  return 0
end
return redis.call('HINCRBY', KEYS[1], 'attempts', 1)
