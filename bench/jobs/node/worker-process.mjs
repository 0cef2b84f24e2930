// The worker has a process of its own, as these systems are deployed: in one process, enqueueing and working would share one thread.

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

export class WorkerProcess {
  #child;
  #ended;
  #waiting = new Map();

  /** Starts a worker of the system and returns once it takes jobs. */
  static async start(key, expected, { tellEachRun = false } = {}) {
    const worker = new WorkerProcess(fork(fileURLToPath(new URL("./worker.mjs", import.meta.url)), [key, String(expected), String(tellEachRun)]));
    await worker.#next("ready");
    return worker;
  }

  constructor(child) {
    this.#child = child;
    this.#ended = new Promise((resolve, reject) =>
      child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`The worker ended with ${code}.`)))),
    );
    this.#ended.catch((error) => {
      console.error(error.message);
      process.exit(1);
    });
    child.on("message", ({ event, value }) => this.#waiting.get(event)?.(value));
    this.first = this.#next("first");
    this.all = this.#next("all");
  }

  /** When the next job starts, in seconds on the monotonic clock. */
  nextRun() {
    return this.#next("run");
  }

  countRuns() {
    const answer = this.#next("count");
    this.#child.send("count");
    return answer;
  }

  async stop() {
    this.#child.send("stop");
    await this.#ended;
  }

  #next(event) {
    return new Promise((resolve) => this.#waiting.set(event, resolve));
  }
}
