--[[
  Takes a tenant's webhooks over: a new fencing token, and all that is known of its endpoints. The token is at least one more
  than the last and not below the server's clock in microseconds, as in claim-4.lua.

  KEYS[1]  hash of the tenant's webhooks

  Returns  {token, fields of the hash, name and value by turns}
  Errors   WRONGTYPE, READONLY, MISCONF, before anything is written
]]
local last = tonumber(redis.call('HGET', KEYS[1], 'fence') or '')
local time = redis.call('TIME')
-- Redis refuses a script for want of memory at its first write only, and this one needs none: a full Redis fences too.
redis.call('HDEL', KEYS[1], '')
local fence = math.max((last or 0) + 1, time[1] * 1000000 + time[2])
redis.call('HSET', KEYS[1], 'fence', string.format('%.0f', fence))
return { fence, redis.call('HGETALL', KEYS[1]) }
