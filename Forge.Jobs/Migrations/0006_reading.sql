-- Uncompressed, so that Postgres can read a piece of a file without the rest: a download reads piece by piece and holds no connection in between.
alter table jobs.result_file alter column content set storage external;

-- Both are written only when a job gets into their state, which is rare. With the queue in it, dead letters are counted without visiting their rows,
-- which lie far apart; and a list of cancelled jobs need not look for them among all that are finished.
drop index jobs.job_discarded;
create index job_discarded on jobs.job (id) include (queue) where state = 'discarded';
create index job_cancelled on jobs.job (id) where state = 'cancelled';
