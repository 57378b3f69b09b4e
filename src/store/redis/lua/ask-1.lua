--[[
  Puts a request into a tenant's inbox, once, and publishes the tenant's name. What was answered already is not asked again. The
  owner finds it in the answer to its next commit, touch or claim.

  KEYS[1]  state hash
  ARGV[1]  the request's id, without spaces
  ARGV[2]  the request, JSON
  ARGV[3]  how many may wait
  ARGV[4]  of how many bytes together
  ARGV[5]  channel of requests
  ARGV[6]  tenant

  Returns  {code, result}; AskCode in scripts.ts names the codes: 0 waiting, 1 answered, with the result, 2 full,
           3 unserved: the tenant has no state
  Errors   WRONGTYPE, OOM, READONLY, MISCONF, all before anything is written
]]
local stored = redis.call('HMGET', KEYS[1], 'epoch', 'inbox', 'answered')
if not stored[1] then
  return {3}
end
for id, result in string.gmatch(stored[3] or '', '%d+ ([^ \n]+) ([^\n]*)\n') do
  if id == ARGV[1] then
    return {1, result}
  end
end
local inbox, waiting, known = stored[2] or '', 0, false
for line in string.gmatch(inbox, '[^\n]+') do
  waiting = waiting + 1
  known = known or string.match(line, '^[^ ]*') == ARGV[1]
end
if not known then
  local line = ARGV[1] .. ' ' .. ARGV[2] .. '\n'
  if waiting >= tonumber(ARGV[3]) or #inbox + #line > tonumber(ARGV[4]) then
    return {2}
  end
  redis.call('HSET', KEYS[1], 'inbox', inbox .. line)
end
redis.call('PUBLISH', ARGV[5], ARGV[6])
return {0}
