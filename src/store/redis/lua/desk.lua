--[[
  Included by commit-n.lua, after history-terms: what a commit writes of the tenant's desk. KEYS are that script's. Its
  arguments, from a first one on:

    6 numbers of arguments: call-backs to set, to remove; of the rest of the desk to set, to remove; records: field, text, and when
    the call began, as the index writes ends; entries of the audit
    those arguments
    of each day from KEYS[7] on (the last of KEYS is the audit's, where it gets an entry): when its table goes (ms), number of arguments for labels, for rows; the labels' fields and texts by
    turns; of each row its field, `=` and the field of the record without which it is added, or nothing, and its cells
]]

-- Where what is, and which calls history has already. Reads only: a key of the wrong type fails here.
local function readDesk(first)
  local desk, at = { lists = {}, days = {}, recorded = {}, earlier = {} }, first + 6
  for i = 0, 5 do
    local after = at + tonumber(ARGV[first + i])
    desk.lists[i + 1] = { at, after - 1 }
    at = after
  end
  local lastDay = #KEYS
  if desk.lists[6][1] <= desk.lists[6][2] then
    redis.call('XLEN', KEYS[lastDay])
    lastDay = lastDay - 1
  end
  redis.call('HGET', KEYS[3], '')
  redis.call('HGET', KEYS[4], '')
  if lastDay > 4 then
    redis.call('HGET', KEYS[5], '')
    redis.call('ZRANGE', KEYS[6], 0, 0)
  end
  for i = desk.lists[5][1], desk.lists[5][2], 3 do
    local before = redis.call('HGET', KEYS[5], ARGV[i])
    -- The PBX gives an id again: what ended before this call began was another one. Ends are written as what is left.
    if before and (string.match(before, '^(%d+)') or '') > ARGV[i + 2] then
      desk.earlier[ARGV[i]], before = before, false
    end
    desk.recorded['=' .. ARGV[i]] = before
  end
  for k = 7, lastDay do
    local labels = at + 3
    local rows = labels + tonumber(ARGV[at + 1])
    local after = rows + tonumber(ARGV[at + 2])
    desk.days[k] = { goes = tonumber(ARGV[at]), labels = labels, rows = rows, last = after - 1 }
    redis.call('HGET', KEYS[k], '')
    desk.days[k].isNew = redis.call('EXISTS', KEYS[k]) == 0
    for i = rows + 1, after - 1, 3 do
      if ARGV[i] ~= '' and desk.recorded[ARGV[i]] == nil then
        desk.recorded[ARGV[i]] = redis.call('HGET', KEYS[5], string.sub(ARGV[i], 2))
      end
    end
    at = after
  end
  return desk
end

-- A row of a day with what is added to it: `<column>:<number>`, separated by spaces. One that cannot be read stays as it is. A row
-- has some hundred cells, and a call adds to a few of them: those are found in the text, and the others are not looked at.
local function added(row, cells)
  local text, at, pieces, more = row == '' and '' or ' ' .. row, 1, {}, ''
  if string.gsub(text, ' %d+:%-?%d+', '') ~= '' then
    return row
  end
  for column, number in string.gmatch(cells, '(%d+):(%-?%d+)') do
    local key = ' ' .. column .. ':'
    local from, to = string.find(text, key, at, true)
    if not from and at > 1 then
      text, at, pieces = table.concat(pieces) .. string.sub(text, at), 1, {}
      from, to = string.find(text, key, 1, true)
    end
    if from then
      local after = string.find(text, ' ', to, true) or #text + 1
      local sum = tonumber(string.sub(text, to + 1, after - 1)) + tonumber(number)
      pieces[#pieces + 1] = string.sub(text, at, from - 1)
      if sum ~= 0 then
        pieces[#pieces + 1] = key .. string.format('%.0f', sum)
      end
      at = after
    elseif tonumber(number) ~= 0 then
      more = more .. key .. number
    end
  end
  return string.sub(table.concat(pieces) .. string.sub(text, at) .. more, 2)
end

-- In steps: Lua's stack holds some 8,000 values.
local function inSteps(command, key, first, last)
  for i = first, last, 4000 do
    redis.call(command, key, unpack(ARGV, i, math.min(i + 3999, last)))
  end
end

local function addRecord(field, record)
  redis.call('HSET', KEYS[5], field, record)
  local scored = {}
  for _, member in ipairs(membersOf(field, record)) do
    scored[#scored + 1] = 0
    scored[#scored + 1] = member
  end
  for i = 1, #scored, 4000 do
    redis.call('ZADD', KEYS[6], unpack(scored, i, math.min(i + 3999, #scored)))
  end
end

local function writeRecord(field, record, before)
  if before then
    removeMembers(KEYS[6], membersOf(field, before))
  end
  addRecord(field, record)
end

-- Another call of the same id keeps its record under a name of its own, which the id is the beginning of.
local function renameRecord(field, record)
  removeMembers(KEYS[6], membersOf(field, record))
  addRecord(field .. '~' .. string.match(record, '^%d+'), record)
end

local function writeDesk(desk)
  inSteps('HSET', KEYS[3], unpack(desk.lists[1]))
  inSteps('HDEL', KEYS[3], unpack(desk.lists[2]))
  inSteps('HSET', KEYS[4], unpack(desk.lists[3]))
  inSteps('HDEL', KEYS[4], unpack(desk.lists[4]))
  -- The later of two of a call counts; what was recorded before this commit is asked for until its end.
  local written = {}
  for field, record in pairs(desk.earlier) do
    renameRecord(field, record)
  end
  for i = desk.lists[5][1], desk.lists[5][2], 3 do
    local field = ARGV[i]
    writeRecord(field, ARGV[i + 1], written[field] or desk.recorded['=' .. field])
    written[field] = ARGV[i + 1]
  end
  for k, day in pairs(desk.days) do
    inSteps('HSET', KEYS[k], day.labels, day.rows - 1)
    for i = day.rows, day.last, 3 do
      if not desk.recorded[ARGV[i + 1]] then
        redis.call('HSET', KEYS[k], ARGV[i], added(redis.call('HGET', KEYS[k], ARGV[i]) or '', ARGV[i + 2]))
      end
    end
    if day.isNew then
      -- A day that is long over goes at once.
      redis.call('PEXPIRE', KEYS[k], math.max(1, day.goes - nowMs()))
    end
  end
  for i = desk.lists[6][1], desk.lists[6][2] do
    -- As AUDIT_MAX in desk-store.ts.
    redis.call('XADD', KEYS[#KEYS], 'MAXLEN', '~', 10000, '*', 'entry', ARGV[i])
  end
end
