-- Sample data for the reports: the same 20,000 rows on every machine, enough for 500 pages of 40 rows.
-- The primary key is what the reports page by.
create table sales (
    id bigint primary key,
    sold_on date not null,
    region text not null,
    product text not null,
    quantity integer not null check (quantity > 0),
    unit_price numeric(10, 2) not null check (unit_price >= 0)
);

with catalogue (number, product, unit_price) as (
    values
        (0, 'Anvil, 50 kg', 389.00),
        (1, 'Ball-peen hammer', 34.50),
        (2, 'Bellows, leather', 249.90),
        (3, 'Bick iron', 78.25),
        (4, 'Centre punch set', 19.95),
        (5, 'Cross-peen hammer', 41.00),
        (6, 'Forge blower, electric', 165.00),
        (7, 'Hardy cut-off', 36.40),
        (8, 'Leg vice, 125 mm', 312.75),
        (9, 'Quench tank, 40 l', 97.80),
        (10, 'Swage block', 219.00),
        (11, 'Wolf-jaw tongs', 46.30),
        (12, 'Wire brush, brass', 8.75)
)
insert into sales (id, sold_on, region, product, quantity, unit_price)
select
    n,
    date '2025-01-01' + (n - 1) * 365 / 20000,
    (array['North', 'East', 'South', 'West', 'Overseas'])[1 + get_byte(noise, 0) % 5],
    catalogue.product,
    1 + get_byte(noise, 1) % 24,
    catalogue.unit_price
from generate_series(1, 20000) as n
cross join lateral decode(md5(n::text), 'hex') as noise -- looks random, is the same everywhere
join catalogue on catalogue.number = get_byte(noise, 2) % 13;
