--[[
  The entries of a list, as of one moment.

  KEYS[1]  hash of lists
  ARGV[1]  list
  ARGV[2]  how many it keeps

  Returns  entries, the newest first
  Errors   WRONGTYPE
]]
-- include webhook-ring
return newest(KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[2]))
