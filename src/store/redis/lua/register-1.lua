--[[
  Notes that a tenant has a log, or is about to: those that look after the logs have no right to search for keys.

  KEYS[1]  hash whose fields are tenants
  ARGV[1]  tenant

  Errors   WRONGTYPE, READONLY, MISCONF, all before anything is written
]]
-- Redis refuses a script for want of memory at its first write only, and this one needs none.
redis.call('HDEL', KEYS[1], '')
redis.call('HSET', KEYS[1], ARGV[1], '')
