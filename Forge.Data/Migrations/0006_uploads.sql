-- The files that jobs work on, in pieces, so that nobody ever holds a whole one in memory. Stored and deleted with regard to their job, which
-- lives in another schema and may be deleted on its own: therefore no foreign key.
create table uploads (
    id uuid primary key,
    user_id uuid not null references users,
    job_id uuid not null,
    length bigint not null check (length > 0),
    created_at timestamptz not null default now()
);

create table upload_chunks (
    upload_id uuid not null references uploads on delete cascade,
    position integer not null,
    content bytea not null,
    primary key (upload_id, position)
);

-- Images are compressed already, and compressing costs more than it saves for a day.
alter table upload_chunks alter column content set storage external;
