/**
 * What runs inside Redis. Each script first makes sure of the epoch, so that no append and no answer can belong to an
 * epoch that has ended, however late its command arrives. Keys: 1 what is known of the log, 2 the log, a stream,
 * 3 the trimmed offsets by channel. Stream ids are `<epoch>-<offset>`, so that those of a later epoch sort behind.
 */
const STATE = `
local META, LOG, TRIMMED = KEYS[1], KEYS[2], KEYS[3]
local MAX_EVENTS, MAX_BYTES, MAX_AGE = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local MAX_TRIMMED_CHANNELS = 10000
local function int(number) return string.format('%.0f', number) end

local info = redis.call('INFO', 'replication')
if not string.find(info, 'role:master', 1, true) then return redis.error_reply('READONLY this is a replica') end
local replid = string.match(info, 'master_replid:(%x+)')
if not replid then return redis.error_reply('ERR INFO replication has no master_replid') end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local meta = redis.call('HMGET', META, 'epoch', 'replid', 'offset', 'first', 'bytes', 'oldest', 'elsewhere')
local epoch = meta[1]
local offset, first, bytes = tonumber(meta[3] or 0), tonumber(meta[4] or 1), tonumber(meta[5] or 0)
local oldest, elsewhere = tonumber(meta[6] or 0), tonumber(meta[7] or 0)

local function save()
  redis.call('HSET', META, 'epoch', epoch, 'replid', replid, 'offset', int(offset), 'first', int(first),
    'bytes', int(bytes), 'oldest', int(oldest), 'elsewhere', int(elsewhere))
end

local function begin()
  local fresh = time[1] .. string.format('%06d', tonumber(time[2]))
  if epoch and tonumber(epoch) >= tonumber(fresh) then fresh = int(tonumber(epoch) + 1) end
  epoch, offset, first, bytes, oldest, elsewhere = fresh, 0, 1, 0, 0, 0
  redis.call('DEL', LOG, TRIMMED)
  save()
end

-- A promoted replica, a restarted server, a log that is gone.
if not epoch or meta[2] ~= replid or (offset > 0 and redis.call('EXISTS', LOG) == 0) then begin() end

local function field(entry, name)
  for i = 1, #entry[2], 2 do if entry[2][i] == name then return entry[2][i + 1] end end
  return ''
end
local function offsetOf(entry) return tonumber(string.match(entry[1], '%d+$')) end
local function size(channel, payload) return #channel + #payload + 64 end

-- Trims when a limit is passed by a little, for many events at once, and then down to the limit.
local function trim()
  local function over(slack)
    return (MAX_EVENTS >= 0 and offset - first + 1 > MAX_EVENTS + math.min(100, math.floor(MAX_EVENTS * slack)))
      or (MAX_BYTES >= 0 and bytes > MAX_BYTES * (1 + slack))
      or (MAX_AGE >= 0 and oldest > 0 and now - oldest > MAX_AGE * (1 + slack))
  end
  if first > offset or not over(1 / 16) then return false end
  local trimmed = {}
  while first <= offset and over(0) do
    local entries = redis.call('XRANGE', LOG, epoch .. '-' .. int(first), epoch .. '-' .. int(offset), 'COUNT', 16)
    if #entries == 0 then first, bytes, elsewhere = offset + 1, 0, offset end
    for i = 1, #entries do
      oldest = tonumber(field(entries[i], 't'))
      if not over(0) then break end
      local channel, at = field(entries[i], 'c'), offsetOf(entries[i])
      trimmed[channel] = at
      bytes = bytes - size(channel, field(entries[i], 'd'))
      first = at + 1
    end
    if first > offset then oldest = 0 end
  end
  redis.call('XTRIM', LOG, 'MINID', '=', epoch .. '-' .. int(first))
  for channel, at in pairs(trimmed) do redis.call('ZADD', TRIMMED, int(at), channel) end
  local excess = redis.call('ZCARD', TRIMMED) - MAX_TRIMMED_CHANNELS
  if excess > 0 then
    local popped = redis.call('ZPOPMIN', TRIMMED, excess)
    elsewhere = math.max(elsewhere, tonumber(popped[#popped]))
  end
  return true
end
`;

/**
 * ARGV 4 and 5: the epoch and offset up to which the caller has read. A head below that is a log that went back.
 * Returns the epoch and the offset of the head, and the offset of the oldest event.
 */
export const HEAD_SCRIPT: string = `${STATE}
if ARGV[4] == epoch and offset < tonumber(ARGV[5]) then begin() end
if trim() then save() end
return { epoch, int(offset), int(first) }
`;

/**
 * Appends a batch once, whoever sends it again. KEYS 4: what the writer did last; from 5 on: idempotency keys.
 * ARGV 4: the number of the batch, 5: how long its outcome is remembered, 6: how long idempotency keys are, both in
 * milliseconds; then for each event its channel, its payload, its other facts, and the number of its key, or 0.
 * Returns the positions, separated by spaces.
 */
export const PUBLISH_SCRIPT: string = `${STATE}
local batch = ARGV[4]
local last = redis.call('GET', KEYS[4])
if last then
  local number, outcome = string.match(last, '^(%d+) (.*)$')
  if number == batch then return outcome end
  if tonumber(number) > tonumber(batch) then return redis.error_reply('ERR this batch came late') end
end
-- All that is read is read first: what is refused there has changed nothing.
local before = {}
for k = 5, #KEYS do before[KEYS[k]] = redis.call('GET', KEYS[k]) end

local function append()
  local ids, known = {}, {}
  for name, id in pairs(before) do known[name] = id end
  for i = 7, #ARGV, 4 do
    local channel, payload, facts, key = ARGV[i], ARGV[i + 1], ARGV[i + 2], tonumber(ARGV[i + 3])
    local name = key > 0 and KEYS[4 + key]
    local id = name and known[name]
    if not id then
      id = epoch .. '-' .. int(offset + 1)
      redis.call('XADD', LOG, id, 'c', channel, 'd', payload, 'm', facts, 't', int(now))
      offset, bytes = offset + 1, bytes + size(channel, payload)
      if oldest == 0 then oldest = now end
      if name then
        known[name] = id
        redis.call('SET', name, id, 'PX', ARGV[6])
      end
    end
    ids[#ids + 1] = id
  end
  local outcome = table.concat(ids, ' ')
  redis.call('SET', KEYS[4], batch .. ' ' .. outcome, 'PX', ARGV[5])
  trim()
  save()
  return outcome
end

local start = offset
local done, outcome = pcall(append)
if done then return outcome end
local why = type(outcome) == 'table' and outcome.err or tostring(outcome)
-- Somebody else has written into the stream: what is known of it is not true any more.
local isForeign = string.find(why, 'equal or smaller', 1, true)
-- Nor is it where a part of the batch is in it, and then something was refused: nobody has seen that part.
if isForeign or offset > start then begin() end
for k = 5, #KEYS do if not before[KEYS[k]] then redis.pcall('DEL', KEYS[k]) end end
if isForeign then done, outcome = pcall(append) end
return done and outcome or redis.error_reply(why)
`;

/**
 * ARGV 4 and 5: the epoch and offset after which to read, 6: how many bytes, from 7 on: the channels. Returns the gap
 * or "", the epoch, where the page begins, up to where the log was read, and the entries.
 */
export const REPLAY_SCRIPT: string = `${STATE}
if trim() then save() end
local after, budget = tonumber(ARGV[5]), tonumber(ARGV[6])
if ARGV[4] ~= epoch then return { 'unknown-epoch', epoch, int(offset), int(offset), {} } end
if after > offset then return { 'future', epoch, int(offset), int(offset), {} } end

local wanted, highest = {}, 0
-- An index that was evicted knows nothing: then everything that was trimmed may have been of any channel.
local known = first == 1 or elsewhere > 0 or redis.call('EXISTS', TRIMMED) == 1
for i = 7, #ARGV do
  wanted[ARGV[i]] = true
  local at = known and tonumber(redis.call('ZSCORE', TRIMMED, ARGV[i]) or elsewhere) or first - 1
  if at > highest then highest = at end
end
local gap, from = '', after
if highest > after then gap, from = 'expired', highest end

local page, taken, looked, upto = {}, 0, 0, math.max(from, first - 1)
while upto < offset do
  local entries = redis.call('XRANGE', LOG, epoch .. '-' .. int(upto + 1), epoch .. '-' .. int(offset), 'COUNT', 32)
  -- Where somebody has deleted entries, a page ends, and the next begins with a gap.
  local following = #entries == 0 and offset + 1 or offsetOf(entries[1])
  if following > upto + 1 then
    if upto > from or #page > 0 then break end
    gap, from, upto = 'expired', following - 1, following - 1
  end
  for i = 1, #entries do
    if offsetOf(entries[i]) > upto + 1 then return { gap, epoch, int(from), int(upto), page } end
    local channel, payload = field(entries[i], 'c'), field(entries[i], 'd')
    local cost = size(channel, payload)
    looked = looked + cost
    if wanted[channel] then
      if #page > 0 and taken + cost > budget then return { gap, epoch, int(from), int(upto), page } end
      taken = taken + cost
      page[#page + 1] = entries[i]
    end
    upto = upto + 1
  end
  -- Redis does nothing else meanwhile: a rare channel in a long log is looked for in several pages.
  if looked > 2097152 then break end
end
return { gap, epoch, int(from), int(upto), page }
`;
