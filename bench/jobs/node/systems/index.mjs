// The systems by the name that the driver calls them by. Each offers what IJobSystem does; its packages are loaded only when it is measured.

export const systems = {
  bullmq: async () => new (await import("./bullmq.mjs")).BullMq("bullmq"),
  "graphile-batched": async () => new (await import("./graphile.mjs")).Graphile("graphile-batched", { batched: true }),
  "graphile-plain": async () => new (await import("./graphile.mjs")).Graphile("graphile-plain", { batched: false }),
  "pg-boss": async () => new (await import("./pgboss.mjs")).PgBossSystem("pg-boss"),
};
