import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import PgBoss from "pg-boss";

const QueueName = "bench";
const Callers = 32;
// Each fetch sorts all waiting jobs, so few large batches are fastest; with two loops, one can fetch while the other one completes.
const Loops = 2;
const BatchSize = 2_500;
// Its own work() polls every 500 ms at the shortest, so the worker calls fetch() and complete() itself. Without a pause behind a batch that was not full,
// the batches are small while jobs arrive, and their many commits take the time of those that enqueue.
const PauseMilliseconds = 5;
const SampleSize = 5_000;

/** pg-boss. Finished jobs stay, as is its default: it archives them after 12 hours. */
export class PgBossSystem {
  name = "pg-boss";
  #pool = new pg.Pool({ connectionString: process.env.POSTGRES_URI, max: Callers });
  #boss = new PgBoss({ db: { executeSql: (sql, values) => this.#pool.query(sql, values) } });
  #created = false;

  constructor(key) {
    this.#pool.on("error", (error) => console.error(error));
    this.#boss.on("error", (error) => console.error(error));
    this.key = key;
  }

  shareOf(measure) {
    return { single: 0.1, bulk: 1, drain: 1, together: 0.1, pickup: 1 }[measure] ?? 0;
  }

  async reset() {
    if (!this.#created) {
      await this.#boss.start();
      await this.#boss.createQueue(QueueName);
      await this.#collectStatistics();
      this.#created = true;
    }

    await this.#boss.clearStorage();
    await this.#pool.query("vacuum pgboss.job");
    await this.#pool.query("checkpoint");
  }

  async enqueue() {
    await this.#boss.send(QueueName, { number: 1 });
  }

  async enqueueMany(count) {
    await this.#boss.insert(Array.from({ length: count }, () => ({ name: QueueName, data: { number: 1 } })));
  }

  async countOpen() {
    const { rows } = await this.#pool.query("select count(*)::int as open from pgboss.job where name = $1 and state <> 'completed'", [QueueName]);
    return rows[0].open;
  }

  async startWorker(ran) {
    await this.#boss.start();
    let stopping = false;
    const loops = Array.from({ length: Loops }, async () => {
      while (!stopping) {
        const jobs = await this.#boss.fetch(QueueName, { batchSize: BatchSize });
        if (jobs.length > 0) {
          jobs.forEach(() => ran());
          await this.#complete(jobs);
        }

        if (jobs.length < BatchSize) {
          await delay(PauseMilliseconds);
        }
      }
    });
    return async () => {
      stopping = true;
      await Promise.all(loops);
    };
  }

  async close() {
    await this.#boss.stop();
    await this.#pool.end();
  }

  /** As in a queue in use, most jobs done and some running. Without any, Postgres compares each job to complete with each row of the table. */
  async #collectStatistics() {
    await this.enqueueMany(SampleSize);
    const jobs = await this.#boss.fetch(QueueName, { batchSize: SampleSize });
    await this.#complete(jobs.slice(SampleSize / 10));
    await this.#pool.query("analyze pgboss.job");
  }

  async #complete(jobs) {
    await this.#boss.complete(
      QueueName,
      jobs.map((job) => job.id),
    );
  }
}
