// Measures one job system that is written in JavaScript, the same way as Forge.Jobs.Benchmarks does, and prints the same lines of JSON.
//
// Usage: node main.mjs --system bullmq [--measures single,bulk,drain,together,pickup] [--scale 1] [--rounds 1]
// Needs POSTGRES_URI and REDIS_URI in the environment.

import { parseArgs } from "node:util";
import { take, warmUp } from "./measurements.mjs";
import { systems } from "./systems/index.mjs";

const { values: settings } = parseArgs({
  options: {
    system: { type: "string" },
    measures: { type: "string", default: "single,bulk,drain,together,pickup" },
    scale: { type: "string", default: "1" },
    rounds: { type: "string", default: "1" },
  },
});
const load = systems[settings.system];
if (!load) {
  throw new Error(`--system must be one of ${Object.keys(systems).join(", ")}`);
}

const scale = Number(settings.scale);
const system = await load();
await warmUp(system);
for (let round = 1; round <= Number(settings.rounds); round++) {
  for (const measure of settings.measures.split(",")) {
    for (const [name, unit, value] of await take(measure, system, scale)) {
      console.log(JSON.stringify({ system: system.name, measure: name, unit, value: Math.round(value * 100) / 100, round }));
    }
  }
}

await system.close();
