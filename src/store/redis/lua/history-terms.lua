--[[
  Included by other scripts (`include` in scripts.ts): by what a record of history is found, as history-index.ts has it. A record
  begins with a line `<end>\t<term>\t<term>`, and each term, and the empty one, is a member of the index: `<term>\t<end>\t<field>`.
]]

-- The members of a record; none for a text that is no record.
local function membersOf(field, record)
  local stop, terms = string.match(record, '^(%d+)([^\n]*)\n')
  if not stop then
    return {}
  end
  local members = {'\t' .. stop .. '\t' .. field}
  for term in string.gmatch(terms, '[^\t]+') do
    members[#members + 1] = term .. '\t' .. stop .. '\t' .. field
  end
  return members
end

-- In steps: Lua's stack holds some 8,000 values.
local function removeMembers(index, members)
  for i = 1, #members, 4000 do
    redis.call('ZREM', index, unpack(members, i, math.min(i + 3999, #members)))
  end
end

-- Removes the records that these members of the index name, with all by which they are found. Takes no memory.
local function dropRecords(records, index, found)
  redis.call('HGET', records, '')
  for _, member in ipairs(found) do
    local field = string.match(member, '[^\t]*$')
    local record = redis.call('HGET', records, field)
    -- Where the record is gone, or is found by other terms now, something else has written: the member goes all the same.
    removeMembers(index, {member})
    removeMembers(index, membersOf(field, record or ''))
    redis.call('HDEL', records, field)
  end
  return #found
end
