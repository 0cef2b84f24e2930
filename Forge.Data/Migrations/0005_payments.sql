-- pending -> captured | failed, and failed -> captured when a retry by a person gets a yes. Nothing leaves captured: the money has moved.
create table payments (
    id uuid primary key,
    user_id uuid not null references users,
    order_id text not null,
    amount numeric(14, 3) not null check (amount > 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    state text not null default 'pending' check (state in ('pending', 'captured', 'failed')),
    job_id uuid not null unique, -- no foreign key: the payment outlives its job
    idempotency_key text,
    capture_id text,
    failure text,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    constraint payments_captured_has_capture check ((state = 'captured') = (capture_id is not null)),
    constraint payments_failed_has_failure check ((state = 'failed') = (failure is not null)),
    constraint payments_pending_is_unfinished check ((state = 'pending') = (finished_at is null)),
    constraint payments_id_currency_key unique (id, currency) -- what the ledger's entries refer to
);

-- The job carries the key too, but jobs are deleted and pruned; a repeated request must not charge again after that.
create unique index payments_idempotency_key on payments (user_id, idempotency_key) where idempotency_key is not null;

-- Double entry: what was captured is owed to us by the gateway (debit, positive) and earned by sales (credit, negative).
create table ledger_entries (
    id bigint generated always as identity primary key,
    payment_id uuid not null,
    account text not null check (account in ('gateway', 'sales')),
    amount numeric(14, 3) not null check (amount <> 0),
    currency text not null,
    booked_at timestamptz not null default now(),
    constraint ledger_entries_once unique (payment_id, account),
    constraint ledger_entries_payment foreign key (payment_id, currency) references payments (id, currency)
);

create function refuse_unbalanced_payment() returns trigger language plpgsql as $$
declare
    checked_id uuid := coalesce(new.payment_id, old.payment_id);
begin
    if (select sum(amount) from ledger_entries where payment_id = checked_id) <> 0 then
        raise exception 'The ledger entries of payment % do not add up to zero.', checked_id using errcode = 'check_violation';
    end if;
    return null;
end $$;

-- At the commit, when the pair is complete.
create constraint trigger ledger_entries_balanced
    after insert or update or delete on ledger_entries
    deferrable initially deferred
    for each row execute function refuse_unbalanced_payment();
