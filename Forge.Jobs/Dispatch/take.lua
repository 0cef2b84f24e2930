-- Takes ids off the front of several lists, the first list first.
-- KEYS: the lists, in the order of their urgency. ARGV[1]: how many ids at most. ARGV[2]: 1 to begin with the list whose first id is the oldest.
-- Returns the ids, none twice. They are off the lists afterwards: whoever took them and dies leaves them to the sweep, which asks Postgres.
local limit = tonumber(ARGV[1])
local taken = {}

local function take(list)
    local ids = redis.call('LPOP', list, limit - #taken)
    if type(ids) == 'string' then
        -- Garnet (seen in 2.2.8) answers a single id as a text, Redis as a list of one.
        ids = { ids }
    end
    if ids then
        for i = 1, #ids do
            taken[#taken + 1] = ids[i]
        end
    end
end

if ARGV[2] == '1' then
    local oldest, list
    for i = 1, #KEYS do
        -- Ids are UUIDs of version 7: their text sorts by the time of creation.
        local id = redis.call('LINDEX', KEYS[i], 0)
        if id and (not oldest or id < oldest) then
            oldest, list = id, KEYS[i]
        end
    end
    if list then
        take(list)
    end
end

for i = 1, #KEYS do
    if #taken >= limit then
        break
    end
    take(KEYS[i])
end
return taken
