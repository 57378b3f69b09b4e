--[[
  Adds entries to a list, which keeps the newest.

  KEYS[1]  hash of lists
  ARGV[1]  list
  ARGV[2]  how many it keeps
  ARGV[3…] entries, the oldest first

  Errors   WRONGTYPE, OOM, READONLY, MISCONF, before anything is written
]]
-- include webhook-ring
add(KEYS[1], ARGV[1], tonumber(ARGV[2]), 3, #ARGV)
