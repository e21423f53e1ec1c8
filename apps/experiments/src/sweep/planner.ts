// A dry run of a plan of ten million cells: node apps/experiments/dist/sweep/planner.js [cells]
//
// Makes every key, as a submission does before it asks for results, and every job; nothing is sent. Prints time, memory and bytes.
import { createHash } from "node:crypto";
import { cellCount, cellsOf, type ResolvedPlan, readPlan } from "@decodekit/compare/sweep";

const wanted = Number(process.argv[2] ?? 10_000_000);
const DECODERS = 20;
const SEEDS = 5;
const CHUNK = 20;

const plan = readPlan({
  name: "ten-million",
  decoders: Array.from({ length: DECODERS }, (_, index) => `top-p:p=${(index + 1) / DECODERS}`),
  prompts: Array.from(
    { length: Math.ceil(wanted / DECODERS / SEEDS) },
    (_, index) => `${index} ${"A prompt of about two hundred characters. ".repeat(5)}`,
  ),
  seeds: SEEDS,
});
const digest = createHash("sha256").update("model").digest("hex");
const resolved: ResolvedPlan = {
  plan,
  model: digest,
  draft: null,
  versions: "@decodekit/compare@0.0.0",
  decoders: plan.decoders.map((specification, index) => ({
    specification,
    name: "top-p",
    options: { p: (index + 1) / DECODERS, temperature: 1 },
    plugin: null,
    usesDraft: false,
  })),
};

const count = cellCount(plan);
const start = performance.now();
let last = "";
for (const { key } of cellsOf(resolved)) last = key;
const seconds = (performance.now() - start) / 1000;
const job = JSON.stringify({ run: digest, kind: "cells", from: count - CHUNK, to: count });
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

console.log(`${count} cells, the last one ${last.slice(0, 12)}…`);
console.log(
  `keys: ${seconds.toFixed(0)} s, ${((1e6 * seconds) / count).toFixed(1)} µs each; ${megabytes(process.memoryUsage().rss)} of memory`,
);
console.log(`plan as JSON: ${megabytes(JSON.stringify(resolved).length)}`);
console.log(
  `jobs of ${CHUNK} cells: ${count / CHUNK}, ${job.length} bytes of data each, ${megabytes((count / CHUNK) * job.length)} in all`,
);
