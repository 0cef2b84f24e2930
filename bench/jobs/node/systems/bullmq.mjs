import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";

const QueueName = "bench";
const Concurrency = 100;

/** BullMQ, in a database of its own on the Redis server. Finished jobs stay, as is its default. */
export class BullMq {
  name = "BullMQ";
  // Workers block on Redis, which the client must not give up; this is what BullMQ asks for.
  #connection = new Redis(process.env.REDIS_URI, { db: 1, maxRetriesPerRequest: null });
  #queue = new Queue(QueueName, { connection: this.#connection });
  #enqueued = 0;

  constructor(key) {
    this.key = key;
  }

  shareOf(measure) {
    return { single: 1, bulk: 0.3, drain: 0.5, together: 0.5, pickup: 1 }[measure] ?? 0;
  }

  async reset() {
    await this.#connection.flushdb();
    this.#enqueued = 0;
  }

  async enqueue() {
    await this.#queue.add("noop", { number: 1 });
    this.#enqueued++;
  }

  async enqueueMany(count) {
    await this.#queue.addBulk(Array.from({ length: count }, () => ({ name: "noop", data: { number: 1 } })));
    this.#enqueued += count;
  }

  async countOpen() {
    return this.#enqueued - (await this.#queue.getCompletedCount());
  }

  async startWorker(ran) {
    const worker = new Worker(QueueName, async () => ran(), { connection: this.#connection, concurrency: Concurrency });
    worker.on("error", (error) => console.error(error));
    await worker.waitUntilReady();
    return () => worker.close();
  }

  async close() {
    await this.#queue.close();
    await this.#connection.quit();
  }
}
