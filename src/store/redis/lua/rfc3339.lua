--[[
  Included by other scripts (`include` in scripts.ts): times as `recordedtime` writes them, in RFC 3339, UTC, with
  milliseconds. Texts of this form sort as their times do.
]]

-- This server's clock, in milliseconds since the Unix epoch.
local function nowMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Redis' Lua has no dates. This is Howard Hinnant's `civil_from_days`, whose years begin in March, for days since 1970.
local function rfc3339(ms)
  local seconds = math.floor(ms / 1000)
  local days = math.floor(seconds / 86400)
  local shifted = days + 719468
  local era = math.floor(shifted / 146097)
  local dayOfEra = shifted - era * 146097
  local yearOfEra = math.floor(
    (dayOfEra - math.floor(dayOfEra / 1460) + math.floor(dayOfEra / 36524) - math.floor(dayOfEra / 146096)) / 365
  )
  local dayOfYear = dayOfEra - (365 * yearOfEra + math.floor(yearOfEra / 4) - math.floor(yearOfEra / 100))
  local month = math.floor((5 * dayOfYear + 2) / 153)
  local day = dayOfYear - math.floor((153 * month + 2) / 5) + 1
  month = month < 10 and month + 3 or month - 9
  local year = yearOfEra + era * 400 + (month <= 2 and 1 or 0)
  local second = seconds - days * 86400
  return string.format(
    '%04d-%02d-%02dT%02d:%02d:%02d.%03dZ',
    year, month, day,
    math.floor(second / 3600), math.floor(second % 3600 / 60), second % 60, ms - seconds * 1000
  )
end
