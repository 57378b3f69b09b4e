--[[
  Ended calls, from the newest to the oldest.

  KEYS[1]  hash of records
  KEYS[2]  their index
  ARGV[1]  the first member, as ZRANGE … BYLEX takes it
  ARGV[2]  the last
  ARGV[3]  how many at most

  Returns  {members, their records; false: there is none}
  Errors   WRONGTYPE
]]
local members = redis.call('ZRANGE', KEYS[2], ARGV[1], ARGV[2], 'BYLEX', 'LIMIT', 0, ARGV[3])
if #members == 0 then
  return {members, {}}
end
local fields = {}
for i, member in ipairs(members) do
  fields[i] = string.match(member, '[^\t]*$')
end
return {members, redis.call('HMGET', KEYS[1], unpack(fields))}
