--[[
  Joins or renews a member's lease, gives back what it releases and takes what is free of what it wants.

  A shard's entry names its owner and no time: it counts while the owner's lease runs. The entries of a dead member
  remain until another takes the shards, so there are never more than there are shards. All keys expire when no member
  renews any more.

  KEYS[1]  sorted set: members by the end of their lease, ms by this server's clock
  KEYS[2]  hash: shard, its owner
  KEYS[3]  hash: member, the digest of its list of tenants
  ARGV[1]  member
  ARGV[2]  length of a lease, ms
  ARGV[3]  channel for changes
  ARGV[4]  digest of the member's list of tenants
  ARGV[5]  number of shards wanted
  ARGV[6…] shards wanted, then shards released

  Returns  {live members, shards held by this one, ms until the first of the others' leases ends or -1,
            live members with the same list}
  Errors   WRONGTYPE, READONLY, MISCONF, all before anything is written
]]
local member, lease = ARGV[1], tonumber(ARGV[2])
local list = ARGV[4]
local firstReleased = 6 + tonumber(ARGV[5])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local owners = {}
local entries = redis.call('HGETALL', KEYS[2])
for i = 1, #entries, 2 do
  owners[entries[i]] = entries[i + 1]
end
local known = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
local lists = {}
local announced = redis.call('HGETALL', KEYS[3])
for i = 1, #announced, 2 do
  lists[announced[i]] = announced[i + 1]
end

-- Redis refuses a script for want of memory at its first write only, and this one needs none: leases go on when it is full.
redis.call('HDEL', KEYS[3], '')
local joined = redis.call('ZADD', KEYS[1], string.format('%.0f', now + lease), member) == 1
local members, agreeing, live, othersEnd = { member }, { member }, { [member] = true }, -1
redis.call('HSET', KEYS[3], member, list)
for i = 1, #known, 2 do
  local name, ends = known[i], tonumber(known[i + 1])
  if name == member then
    -- A lease that had run out begins again, which counts as joining.
    joined = joined or ends <= now
  elseif ends <= now then
    redis.call('ZREM', KEYS[1], name)
    redis.call('HDEL', KEYS[3], name)
  else
    if ends > now + lease then
      -- The clock was set back: the dead would keep their shards for as long as it was.
      ends = now + lease
      redis.call('ZADD', KEYS[1], string.format('%.0f', ends), name)
    end
    members[#members + 1] = name
    live[name] = true
    if lists[name] == list then
      agreeing[#agreeing + 1] = name
    end
    if othersEnd < 0 or ends - now < othersEnd then
      othersEnd = ends - now
    end
  end
end

local freed = false
for i = firstReleased, #ARGV do
  if owners[ARGV[i]] == member then
    redis.call('HDEL', KEYS[2], ARGV[i])
    owners[ARGV[i]] = nil
    freed = true
  end
end
for i = 6, firstReleased - 1 do
  if not live[owners[ARGV[i]] or ''] then
    redis.call('HSET', KEYS[2], ARGV[i], member)
    owners[ARGV[i]] = member
  end
end
local held = {}
for shard, owner in pairs(owners) do
  if owner == member then
    held[#held + 1] = tonumber(shard)
  end
end

redis.call('PEXPIRE', KEYS[1], lease * 2)
redis.call('PEXPIRE', KEYS[2], lease * 2)
redis.call('PEXPIRE', KEYS[3], lease * 2)
if joined or freed then
  redis.call('PUBLISH', ARGV[3], member)
end
return { members, held, othersEnd, agreeing }
