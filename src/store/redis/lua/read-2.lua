--[[
  A stretch of the log and where the log stands, as of one moment.

  KEYS[1]  state hash
  KEYS[2]  event log
  ARGV[1]  sequence to begin from
  ARGV[2]  number of entries at most; 0 for none

  Returns  {} for a tenant without an epoch, else {epoch, epochStart, last sequence, oldest entries (none or one),
           entries, the epochs that this one continues as claim-4.lua writes them}
  Errors   WRONGTYPE
]]
local stored = redis.call('HMGET', KEYS[1], 'epoch', 'epochStart', 'sequence', 'continues')
if not stored[1] then
  return {}
end
local entries = {}
if tonumber(ARGV[2]) > 0 then
  entries = redis.call('XRANGE', KEYS[2], ARGV[1] .. '-0', '+', 'COUNT', ARGV[2])
end
local oldest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)
return {stored[1], stored[2], stored[3], oldest, entries, stored[4] or ''}
