--[[
  Commits one poll cycle, all or nothing: replaces the state, appends the events to the log and publishes them. It ends
  the count of attempts (attempt-1.lua). It answers requests (inbox.lua), and says which wait. It writes what follows for the
  tenant's desk (desk.lua), where something does; without it the keys from the third on are not given, and those from the fifth
  on only where a call has ended or a day changes.

  Events are recorded by this server's clock, the one that all replicas share. So an event comes in two pieces, between
  which the time belongs; to look for the place here would cost as much as the rest of the commit.

  Scripts do not roll back. All checks come before the first write; the first write is the one that can still be
  refused (a log that is ahead of the state), and it leaves nothing behind when it is. Events are published last, so that
  a subscriber finds each of them in the log.

  KEYS[1]  state hash
  KEYS[2]  event log
  KEYS[3]  hash of call-backs
  KEYS[4]  hash of what else the desk goes on from
  KEYS[5]  hash of the records of ended calls
  KEYS[6]  index of those records
  KEYS[7…] hashes of days; the last one is the audit, where it gets an entry
  ARGV[1]  fencing token
  ARGV[2]  expected version
  ARGV[3]  epoch
  ARGV[4]  commit id
  ARGV[5]  how many events the log keeps, about
  ARGV[6]  sequence of the first event
  ARGV[7]  number of arguments that follow for HSET, at least one pair: version, sequence and commit id are in them
  ARGV[8]  number of arguments after those for HDEL; -1: none, and every field of the state goes that was not set
  ARGV[9]  requests that this commit answers: a line `<id> <result>` each; empty: none
  ARGV[10] number of arguments for the desk, after those for HDEL
  ARGV[11…] arguments for HSET, arguments for HDEL, those for the desk, then of each event its channel, its JSON up to the
           text of `recordedtime`, and the rest of it; an empty rest: it does not say when it was recorded

  Returns  {code, version, sequence, requests that wait, if any}; CommitCode in scripts.ts names the codes: 0 committed (now, or
           earlier under the same commit id), 1 conflict, 2 fenced, 3 lost, 4 moved
  Errors   WRONGTYPE, OOM, READONLY, MISCONF, all before anything is written
]]
-- include rfc3339
-- include inbox
-- include history-terms
-- include desk
local stored = redis.call('HMGET', KEYS[1], 'commit', 'fence', 'version', 'epoch', 'sequence', 'lineage', 'inbox')
if stored[1] == ARGV[4] then
  return {0, tonumber(stored[3]), tonumber(stored[5]), stored[7] or nil}
end

local fence, version, sequence = tonumber(stored[2]), tonumber(stored[3]), tonumber(stored[5])
local given, expected = tonumber(ARGV[1]), tonumber(ARGV[2])
if not fence then
  return {3}
elseif fence > given then
  return {2}
elseif not string.find(redis.call('INFO', 'replication'), 'master_replid:' .. (stored[6] or '') .. '\r\n', 1, true) then
  -- Nothing may be missing here, but another master may go on with the same epoch on its side of a broken network.
  return {4}
elseif fence < given or stored[4] ~= ARGV[3] or version < expected then
  return {3}
elseif version > expected then
  return {1}
end

local sets, removals = tonumber(ARGV[7]), math.max(0, tonumber(ARGV[8]))
local firstRemoval = 11 + sets
local firstForDesk = firstRemoval + removals
local firstEvent = firstForDesk + tonumber(ARGV[10])
local desk = firstEvent > firstForDesk and readDesk(firstForDesk) or nil
local total = #ARGV
if firstEvent <= total then
  local id = tonumber(ARGV[6])
  if id ~= sequence + 1 then
    return {1}
  end
  local recorded = rfc3339(nowMs())
  for i = firstEvent + 1, total, 3 do
    if ARGV[i + 1] ~= '' then
      ARGV[i] = ARGV[i] .. recorded .. ARGV[i + 1]
    end
  end
  -- Trims once per commit and to about the count, because whole blocks are cheap to drop.
  local function append(call, i)
    if i + 3 > total then
      return call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[5], id .. '-0', 'event', ARGV[i + 1])
    end
    return call('XADD', KEYS[2], id .. '-0', 'event', ARGV[i + 1])
  end
  local first = append(redis.pcall, firstEvent)
  if type(first) == 'table' and first.err then
    return string.find(first.err, 'equal or smaller', 1, true) and {3} or first
  end
  for i = firstEvent + 3, total, 3 do
    id = id + 1
    append(redis.call, i)
  end
  sequence = id
end

redis.call('HDEL', KEYS[1], 'attempts')
-- In steps: Lua's stack holds some 8,000 values.
for i = 11, firstRemoval - 1, 4000 do
  redis.call('HSET', KEYS[1], unpack(ARGV, i, math.min(i + 3999, firstRemoval - 1)))
end
for i = firstRemoval, firstForDesk - 1, 4000 do
  redis.call('HDEL', KEYS[1], unpack(ARGV, i, math.min(i + 3999, firstForDesk - 1)))
end
if ARGV[8] == '-1' then
  local kept = { fence = true, epoch = true, lineage = true, sequence = true, epochStart = true, continues = true }
  kept.inbox, kept.answered = true, true
  for i = 11, firstRemoval - 1, 2 do
    kept[ARGV[i]] = true
  end
  local fields = redis.call('HGETALL', KEYS[1])
  for i = 1, #fields, 2 do
    if not kept[fields[i]] then
      redis.call('HDEL', KEYS[1], fields[i])
    end
  end
end
local inbox = stored[7] or nil
if ARGV[9] ~= '' then
  inbox = answerRequests(KEYS[1], ARGV[9], nowMs())
end
if desk then
  writeDesk(desk)
end
for i = firstEvent, total, 3 do
  redis.call('PUBLISH', ARGV[i], ARGV[i + 1])
end
return {0, version + 1, sequence, inbox}
