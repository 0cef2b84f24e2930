-- Jobs that were claimed before their kind had a limit, or by a program that does not know of it. Those that wait are marked when they are claimed.
-- One that is locked is about to end.
with unmarked as (
    select id
    from jobs.job
    where state = 'running' and not is_limited and kind = any (@kinds)
    for update skip locked
)
update jobs.job j
set is_limited = true
from unmarked
where j.id = unmarked.id
