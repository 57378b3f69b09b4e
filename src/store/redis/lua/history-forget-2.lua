--[[
  Removes records of history, a bounded number at a time, with all by which they are found.

  KEYS[1]  hash of records
  KEYS[2]  their index
  ARGV[1]  the first member, as ZRANGE … BYLEX takes it
  ARGV[2]  the last
  ARGV[3]  how many at most

  Returns  how many there were; there may be more where that is ARGV[3]
  Errors   WRONGTYPE, READONLY, MISCONF, before anything is written
]]
-- include history-terms
return dropRecords(KEYS[1], KEYS[2], redis.call('ZRANGE', KEYS[2], ARGV[1], ARGV[2], 'BYLEX', 'LIMIT', 0, ARGV[3]))
