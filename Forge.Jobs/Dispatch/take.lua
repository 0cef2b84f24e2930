-- Takes ids of waiting jobs, most urgent first. Lists of the same priority share a take; the one whose first job waits longest comes first.
-- KEYS: sorted sets of ids by priority. ARGV[1]: how many ids at most. ARGV[2]: 1 to begin with the job that waits longest, whatever its priority.
-- Returns the ids, none twice. They are off the lists afterwards: a worker that takes them and dies leaves them to the sweep, which asks Postgres.
-- Needs Redis 5 or later. Ids are UUIDs of version 7: their text sorts by the time of creation.
local limit = tonumber(ARGV[1])
local taken = {}
local lists = {}

local function look(list)
    local first = redis.call('ZRANGE', list.key, 0, 0, 'WITHSCORES')
    list.id, list.priority = first[1], tonumber(first[2])
    return list.id
end

local function take(list, priority, count)
    local ids = redis.call('ZRANGEBYSCORE', list.key, priority, priority, 'LIMIT', 0, count)
    if #ids == 0 then
        return
    end
    if priority == list.priority then
        redis.call('ZREMRANGEBYRANK', list.key, 0, #ids - 1)
    else
        -- Lua takes only so many arguments at once.
        for i = 1, #ids, 1000 do
            redis.call('ZREM', list.key, unpack(ids, i, math.min(i + 999, #ids)))
        end
    end
    if #taken == 0 then
        taken = ids
    else
        for i = 1, #ids do
            taken[#taken + 1] = ids[i]
        end
    end
end

for i = 1, #KEYS do
    local list = { key = KEYS[i] }
    if look(list) then
        lists[#lists + 1] = list
    end
end

if ARGV[2] == '1' then
    local oldest
    for _, list in ipairs(lists) do
        for priority = list.priority, 9 do
            local id = redis.call('ZRANGEBYSCORE', list.key, priority, priority, 'LIMIT', 0, 1)[1]
            if id and (not oldest or id < oldest.id) then
                oldest = { id = id, list = list, priority = priority }
            end
        end
    end
    if oldest then
        take(oldest.list, oldest.priority, limit)
        look(oldest.list)
    end
end

while #taken < limit do
    local level = {}
    for _, list in ipairs(lists) do
        if list.id then
            if level[1] and list.priority < level[1].priority then
                level = {}
            end
            if not level[1] or list.priority == level[1].priority then
                level[#level + 1] = list
            end
        end
    end
    if not level[1] then
        break
    end
    table.sort(level, function(a, b) return a.id < b.id end)
    for i, list in ipairs(level) do
        local share = math.ceil((limit - #taken) / (#level - i + 1))
        if share > 0 then
            take(list, list.priority, share)
            look(list)
        end
    end
end
return taken
