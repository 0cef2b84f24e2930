import { Logger, makeWorkerUtils, run, runMigrations } from "graphile-worker";
import pg from "pg";

const Callers = 32;
// The setting that its documentation gives its own figures for.
const ConcurrentJobs = 24;
const Batching = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };

/** Graphile Worker. It removes a job when it is done. */
export class Graphile {
  #pool = new pg.Pool({ connectionString: process.env.POSTGRES_URI, max: Callers });
  #batched;
  #utils;

  constructor(key, { batched }) {
    this.#pool.on("error", (error) => console.error(error));
    this.#pool.on("connect", (client) => client.on("error", (error) => console.error(error)));
    this.key = key;
    this.name = `Graphile Worker, ${batched ? "batched" : "plain"}`;
    this.#batched = batched;
  }

  shareOf(measure) {
    const shares = this.#batched
      ? { single: 0.1, bulk: 1, drain: 1, together: 0.1, pickup: 1 }
      : { single: 0.1, drain: 0.1, together: 0.1, pickup: 1 };
    return shares[measure] ?? 0;
  }

  async reset() {
    if (!this.#utils) {
      await runMigrations({ pgPool: this.#pool, logger: silent });
      this.#utils = await makeWorkerUtils({ pgPool: this.#pool, logger: silent });
    }

    await this.#pool.query("truncate graphile_worker._private_jobs");
    await this.#pool.query("vacuum analyze graphile_worker._private_jobs");
    await this.#pool.query("checkpoint");
  }

  async enqueue() {
    await this.#utils.addJob("noop", { number: 1 });
  }

  async enqueueMany(count) {
    await this.#utils.addJobs(Array.from({ length: count }, () => ({ identifier: "noop", payload: { number: 1 } })));
  }

  async countOpen() {
    const { rows } = await this.#pool.query("select count(*)::int as open from graphile_worker._private_jobs");
    return rows[0].open;
  }

  async startWorker(ran) {
    const runner = await run({
      preset: {
        worker: {
          connectionString: process.env.POSTGRES_URI,
          concurrentJobs: ConcurrentJobs,
          maxPoolSize: ConcurrentJobs + 1,
          logger: silent,
          ...(this.#batched ? Batching : {}),
        },
      },
      taskList: { noop: async () => ran() },
    });
    return () => runner.stop();
  }

  async close() {
    await this.#utils?.release();
    await this.#pool.end();
  }
}

const silent = new Logger(() => () => {});
