// What is measured: the counterpart of Measurements.cs, measure by measure. Times come from the monotonic clock, which processes share.

import { setTimeout as delay } from "node:timers/promises";
import { WorkerProcess } from "./worker-process.mjs";

const PerSecond = "jobs/s";
const Callers = 32;
const BulkSize = 1_000;

/** Lets the runtime compile what it will measure. */
export async function warmUp(system) {
  for (let pass = 0; pass < 2; pass++) {
    await drain(system, jobs(20_000 * system.shareOf("drain")));
    await single(system, jobs(30_000 * system.shareOf("single")));
    await together(system, jobs(20_000 * system.shareOf("together")));
  }
}

/** A list of name, unit and value; empty for what the system does not have. */
export async function take(measure, system, scale) {
  const share = scale * system.shareOf(measure);
  if (share === 0) {
    return [];
  }

  switch (measure) {
    case "single":
      return [["enqueue one by one, 32 at once", PerSecond, await single(system, jobs(30_000 * share))]];
    case "bulk":
      return [["enqueue in bulk", PerSecond, await bulk(system, jobs(100_000 * share))]];
    case "drain":
      return [["drain of a full list", PerSecond, await drain(system, jobs(50_000 * share))]];
    case "together":
      return [["enqueue and drain together", PerSecond, await together(system, jobs(30_000 * share))]];
    case "pickup":
      return pickup(system, jobs(300 * share));
    default:
      throw new Error(`The measure '${measure}' is not known.`);
  }
}

async function single(system, count) {
  await system.reset();
  const begun = now();
  await enqueueSingly(system, count);
  return count / (now() - begun);
}

async function bulk(system, count) {
  await system.reset();
  const begun = now();
  await fill(system, count);
  return count / (now() - begun);
}

/** From the first job's start until all are stored as done. */
async function drain(system, count) {
  await system.reset();
  await fill(system, count);
  const worker = await WorkerProcess.start(system.key, count);
  const begun = await worker.first;
  await untilDone(system, worker, count);
  const elapsed = now() - begun;
  await worker.stop();
  return count / elapsed;
}

async function together(system, count) {
  await system.reset();
  const worker = await WorkerProcess.start(system.key, count);
  const begun = now();
  await enqueueSingly(system, count);
  await untilDone(system, worker, count);
  const elapsed = now() - begun;
  await worker.stop();
  return count / elapsed;
}

/** From the call that enqueues to the handler's first line, on an idle system. */
async function pickup(system, count) {
  await system.reset();
  const worker = await WorkerProcess.start(system.key, count, { tellEachRun: true });
  const times = [];
  for (let i = 0; i < count; i++) {
    await delay(20 + (i % 7));
    const started = worker.nextRun();
    const begun = now();
    await system.enqueue();
    times.push((await started - begun) * 1_000);
  }

  await worker.stop();
  times.sort((a, b) => a - b);
  return [
    ["idle pickup p50", "ms", times[Math.floor(times.length / 2)]],
    ["idle pickup p99", "ms", times[Math.floor((times.length * 99) / 100)]],
  ];
}

async function enqueueSingly(system, count) {
  let left = count;
  await Promise.all(
    Array.from({ length: Callers }, async () => {
      while (--left >= 0) {
        await system.enqueue();
      }
    }),
  );
}

async function fill(system, count) {
  for (let sent = 0; sent < count; sent += BulkSize) {
    await system.enqueueMany(Math.min(BulkSize, count - sent));
  }
}

async function untilDone(system, worker, count) {
  await worker.all;
  while ((await system.countOpen()) > 0) {
    await delay(5);
  }

  const runs = await worker.countRuns();
  if (runs !== count) {
    throw new Error(`${count} jobs ran ${runs} times.`);
  }
}

function jobs(count) {
  return Math.max(64, Math.floor(count));
}

/** Seconds on the monotonic clock. */
function now() {
  return Number(process.hrtime.bigint()) / 1e9;
}
