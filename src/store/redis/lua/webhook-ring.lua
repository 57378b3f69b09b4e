--[[
  Included by other scripts (`include` in scripts.ts): lists of the newest entries, in a hash. The field `<list>` counts the
  entries that were ever added, `<list>:<n>` holds the one with that remainder: adding one takes as long as one takes, and
  no list grows beyond its bound.
]]

-- The newest entries, the newest first.
local function newest(key, list, bound, most)
  local count = tonumber(redis.call('HGET', key, list) or '') or 0
  local entries = {}
  local left = math.min(count, bound, most)
  -- In steps: Lua's stack holds some 8,000 values.
  while left > 0 do
    local fields = {}
    for i = 1, math.min(left, 1000) do
      fields[i] = list .. ':' .. string.format('%.0f', (count - #entries - i) % bound)
    end
    for _, entry in ipairs(redis.call('HMGET', key, unpack(fields))) do
      entries[#entries + 1] = entry
    end
    left = left - #fields
  end
  return entries
end

-- Adds the entries ARGV[from] to ARGV[to], except those that are among the newest: a call without an answer is repeated.
local function add(key, list, bound, from, to)
  local known = {}
  for _, entry in ipairs(newest(key, list, bound, 100 + to - from)) do
    known[entry] = true
  end
  local count = tonumber(redis.call('HGET', key, list) or '') or 0
  for i = from, to do
    if not known[ARGV[i]] then
      redis.call('HSET', key, list .. ':' .. string.format('%.0f', count % bound), ARGV[i])
      count = count + 1
    end
  end
  redis.call('HSET', key, list, string.format('%.0f', count))
end

local function forget(key, list, bound)
  local count = math.min(tonumber(redis.call('HGET', key, list) or '') or 0, bound)
  redis.call('HDEL', key, list)
  for n = 0, count - 1 do
    redis.call('HDEL', key, list .. ':' .. n)
  end
end
