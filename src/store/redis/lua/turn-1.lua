--[[
  Says whether it is the caller's turn to do what one replica does for all: the first that asks has it, and then no other
  has until the time is up.

  KEYS[1]  hash
  ARGV[1]  what is to be done
  ARGV[2]  length of a turn, ms by this server's clock

  Returns  1 when it is the caller's turn, else 0
  Errors   WRONGTYPE, READONLY, MISCONF, all before anything is written
]]
-- include rfc3339
local now, length = nowMs(), tonumber(ARGV[2])
local ends = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '')
-- An end that is further away was written before the clock was set back.
if ends and ends > now and ends <= now + length then
  return 0
end
-- Redis refuses a script for want of memory at its first write only, and this one needs none.
redis.call('HDEL', KEYS[1], '')
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now + length))
-- Longer than any turn, whose end would be forgotten otherwise.
redis.call('PEXPIRE', KEYS[1], 86400000)
return 1
