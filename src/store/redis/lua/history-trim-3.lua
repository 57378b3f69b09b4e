--[[
  Removes the oldest records of history that are past their age by this server's clock, a bounded number at a time, and what is past
  its age of the audit. Takes no memory, so it works where Redis has none left.

  KEYS[1]  hash of records
  KEYS[2]  their index
  KEYS[3]  audit, whose entries have their time as id
  ARGV[1]  retention of history, ms
  ARGV[2]  retention of the audit, ms
  ARGV[3]  how many records at most

  Returns  how many records there were; there may be more where that is ARGV[3]
  Errors   WRONGTYPE, READONLY, MISCONF, before anything is written
]]
-- include rfc3339
-- include history-terms
local now = nowMs()
-- As LAST_END in history-index.ts.
local newest = string.format('%013.0f', 9999999999999 - math.max(0, now - tonumber(ARGV[1])) + 1)
local found = redis.call('ZRANGE', KEYS[2], '(\n', '[\t' .. newest, 'BYLEX', 'REV', 'LIMIT', 0, ARGV[3])
redis.call('HGET', KEYS[1], '')
redis.call('XTRIM', KEYS[3], 'MINID', string.format('%.0f', math.max(0, now - tonumber(ARGV[2]))))
return dropRecords(KEYS[1], KEYS[2], found)
