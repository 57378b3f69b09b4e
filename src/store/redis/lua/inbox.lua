--[[
  Included by other scripts (`include` in scripts.ts): the requests to a tenant's owner, in two fields of the state hash.
  `inbox` has a line `<id> <JSON>` for each that waits, `answered` a line `<ms> <id> <result>` for each that was answered.
]]

-- Takes the requests that are answered out, and remembers the answers: a line `<id> <result>` each. Returns what waits then.
local function answerRequests(key, answers, now)
  -- As ANSWERS_KEPT and ANSWERS_KEPT_MS in inbox.ts.
  local KEPT, KEPT_MS = 200, 3600000
  local stored = redis.call('HMGET', key, 'inbox', 'answered')
  local ids, added, waiting, kept = {}, {}, {}, {}
  for line in string.gmatch(answers, '[^\n]+') do
    ids[string.match(line, '^[^ ]*')] = true
    added[#added + 1] = string.format('%.0f', now) .. ' ' .. line
  end
  for line in string.gmatch(stored[1] or '', '[^\n]+') do
    if not ids[string.match(line, '^[^ ]*')] then
      waiting[#waiting + 1] = line
    end
  end
  for line in string.gmatch(stored[2] or '', '[^\n]+') do
    local at = tonumber(string.match(line, '^%d+') or '')
    if at and now - at < KEPT_MS then
      kept[#kept + 1] = line
    end
  end
  for _, line in ipairs(added) do
    kept[#kept + 1] = line
  end
  redis.call('HSET', key, 'answered', table.concat(kept, '\n', math.max(1, #kept - KEPT + 1)) .. '\n')
  if #waiting == 0 then
    redis.call('HDEL', key, 'inbox')
    return nil
  end
  local inbox = table.concat(waiting, '\n') .. '\n'
  redis.call('HSET', key, 'inbox', inbox)
  return inbox
end
