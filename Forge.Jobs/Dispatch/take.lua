-- Takes ids off the fronts of lists, most urgent first. Lists of the same priority share a take, and the one whose first job was created first begins.
-- KEYS: all lists of priority 0, then those of 1, and so on. ARGV[1]: how many ids at most. ARGV[2]: how many lists a priority has.
-- ARGV[3]: 1 to begin with the list whose first job was created first, whatever its priority.
-- Returns the ids. They are off the lists afterwards: a worker that takes them and dies leaves them to the sweep, which asks Postgres.
local limit, width = tonumber(ARGV[1]), tonumber(ARGV[2])
local taken = {}

-- Says whether the list may hold more.
local function take(list, count)
    local ids = redis.call('LPOP', list.key, count)
    if type(ids) == 'string' then
        -- Garnet (seen in 2.2.8) answers a single id as a text, Redis as a list of one.
        ids = { ids }
    end
    ids = ids or {}
    for i = 1, #ids do
        taken[#taken + 1] = ids[i]
    end
    return #ids == count
end

-- The lists from this key on, as many as a priority has, that hold ids. Ids are UUIDs of version 7: their text sorts by the time of creation.
local function find(first)
    local lists = {}
    -- Most are empty, and one command says so.
    if redis.call('EXISTS', unpack(KEYS, first, first + width - 1)) > 0 then
        for i = first, first + width - 1 do
            local id = redis.call('LINDEX', KEYS[i], 0)
            if id then
                lists[#lists + 1] = { key = KEYS[i], id = id }
            end
        end
        table.sort(lists, function(a, b) return a.id < b.id end)
    end
    return lists
end

if ARGV[3] == '1' then
    local oldest
    for first = 1, #KEYS, width do
        local list = find(first)[1]
        if list and (not oldest or list.id < oldest.id) then
            oldest = list
        end
    end
    if oldest then
        take(oldest, limit)
    end
end

for first = 1, #KEYS, width do
    local lists = #taken < limit and find(first) or {}
    while #lists > 0 and #taken < limit do
        local longer = {}
        for i, list in ipairs(lists) do
            local share = math.ceil((limit - #taken) / (#lists - i + 1))
            if share > 0 and take(list, share) then
                longer[#longer + 1] = list
            end
        end
        lists = longer
    end
end
return taken
