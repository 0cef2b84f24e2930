-- Takes ids off the front of several lists, the first list first.
-- KEYS: the lists, in the order of their urgency. ARGV[1]: how many ids at most.
-- Returns the ids, none twice. They are off the lists afterwards: whoever took them and dies leaves them to the sweep, which asks Postgres.
local taken = {}
for i = 1, #KEYS do
    local wanted = tonumber(ARGV[1]) - #taken
    if wanted <= 0 then
        break
    end
    local ids = redis.call('LPOP', KEYS[i], wanted)
    if type(ids) == 'string' then
        -- Garnet (seen in 2.2.8) answers a single id as a text, Redis as a list of one.
        ids = { ids }
    end
    if ids then
        for j = 1, #ids do
            taken[#taken + 1] = ids[j]
        end
    end
end
return taken
