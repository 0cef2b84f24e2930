-- How many workers in a row ended, or stopped answering, while they held the job. Null is none, which costs a row nothing.
alter table jobs.job add column deaths smallint;

-- Since when the worker's heartbeats have come through without a long gap. Only a worker that was steady for a whole lease judges others.
alter table jobs.worker add column steady_since timestamptz not null default now();
