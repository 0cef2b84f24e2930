// A worker of one system: counts its runs, and tells the measuring process of the first and the last expected one, or of each.

import { systems } from "./systems/index.mjs";

const [key, expectedText, tellEachRun] = process.argv.slice(2);
const expected = Number(expectedText);
const system = await systems[key]();
let runs = 0;

const stop = await system.startWorker(() => {
  runs++;
  if (tellEachRun === "true") {
    tell("run");
  }

  if (runs === 1) {
    tell("first");
  }

  if (runs === expected) {
    tell("all");
  }
});

process.on("message", async (message) => {
  if (message === "count") {
    process.send({ event: "count", value: runs });
  } else {
    await stop();
    await system.close();
    process.disconnect();
  }
});
process.send({ event: "ready" });

function tell(event) {
  process.send({ event, value: Number(process.hrtime.bigint()) / 1e9 });
}
