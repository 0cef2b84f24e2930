-- With many rows, run this while little is enqueued: it holds up writes while it reads the table once.

-- One list for each kind, version, queue and priority, as claims want them: they step over what is paused, parked or held back by a limit as a whole, however much it is.
-- Without the id, which every enqueue would pay for: jobs of the same instant are in the order in which they are stored.
create index job_available_list on jobs.job (kind, version, queue, priority, run_at) where state = 'available';

-- Last, since this holds up everybody for a moment.
drop index jobs.job_available, jobs.job_available_limited;

-- The lists that are not empty, each with the time of its first job: one step in the index for each.
create view jobs.available_list as
with recursive list as (
    (select j.kind, j.version, j.queue, j.priority, j.run_at
     from jobs.job j
     where j.state = 'available'
     order by j.kind, j.version, j.queue, j.priority, j.run_at
     limit 1)
    union all
    select following.*
    from list l,
         lateral (select j.kind, j.version, j.queue, j.priority, j.run_at
                  from jobs.job j
                  where j.state = 'available' and (j.kind, j.version, j.queue, j.priority) > (l.kind, l.version, l.queue, l.priority)
                  order by j.kind, j.version, j.queue, j.priority, j.run_at
                  limit 1) as following
)
select kind, version, queue, priority, run_at from list;
