// What a queue costs beside the runs themselves: node apps/experiments/dist/sweep/queue-cost.js postgres://… (or redis://…)
//
// Workers of this process take cells that take no time, or a known time, so that nothing of a model is measured. Prints milliseconds per cell,
// the share of the time of a worker that is not its cells', and bytes per job and result.
import { type CellRunner, codeVersions, median, readPlan, type ResolvedPlan } from "@decodekit/compare/sweep";
import { followRun, openBroker, saveRun, work } from "@decodekit/compare/queue";

const [url = ""] = process.argv.slice(2);
const ROUNDS = 3;

/** Runs cells that last `milliseconds` and give a result of usual size. */
function waitingRunner(milliseconds: number): CellRunner {
  const outcome = { text: "x".repeat(200), tokens: Array.from({ length: 48 }, (_, index) => index) } as never;
  return {
    concurrency: 1,
    resolve: () => Promise.reject(new Error("not asked for")),
    time: () => Promise.reject(new Error("not asked for")),
    async run(_setting, _expected, { key }) {
      if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
      return { type: "cell", key, outcome, times: {} as never, worker: "w:1" };
    },
    close: async () => undefined,
  };
}

function planOf(name: string, cells: number): ResolvedPlan {
  const plan = readPlan({ name, decoders: ["greedy"], prompts: Array.from({ length: cells }, (_, index) => `${name} ${index}`) });
  return {
    plan,
    model: "m",
    draft: null,
    versions: codeVersions("native"),
    decoders: [{ specification: "greedy", name: "greedy", options: {}, plugin: null, usesDraft: false }],
  };
}

/** Returns the milliseconds from submission to the last result. */
async function measure(
  name: string,
  settings: { readonly cells: number; readonly chunk: number; readonly workers: number; readonly each: number },
): Promise<number> {
  const { cells, chunk, workers, each } = settings;
  const fail = (error: Error): void => console.error(error.message);
  const submitter = await openBroker(url, { onError: fail });
  const run = await saveRun(submitter, {
    record: { type: "plan", resolved: planOf(`${name}-${Date.now()}`, cells), model: {} as never },
    folder: "/",
    chunk,
    submitted: new Date().toISOString(),
  });
  const controller = new AbortController();
  const brokers = await Promise.all(Array.from({ length: workers }, () => openBroker(url, { onError: fail })));
  const working = brokers.map((broker) => work({ broker, runner: waitingRunner(each), signal: controller.signal }));
  // Workers are there before the jobs, as they are on a machine that waits for work.
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const start = performance.now();
  await followRun(submitter, run, { interval: 20 });
  const milliseconds = performance.now() - start;
  controller.abort();
  await Promise.all(working);
  await Promise.all([...brokers, submitter].map((broker) => broker.close()));
  return milliseconds;
}

async function medianOf(name: string, settings: Parameters<typeof measure>[1]): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await measure(name, settings));
  return median(times);
}

for (const workers of [1, 2, 4]) {
  const cells = 2000;
  const time = await medianOf(`empty-${workers}`, { cells, chunk: 20, workers, each: 0 });
  console.log(
    `${workers} workers, cells that take no time, 20 in a job: ${(time / cells).toFixed(2)} ms per cell, ${Math.round((1000 * cells) / time)} cells/s`,
  );
}
for (const [each, chunk] of [
  [500, 20],
  [100, 20],
  [100, 1],
] as const) {
  const cells = 2 * chunk * Math.max(1, Math.round(4000 / (each * chunk)));
  const time = await medianOf(`waiting-${each}-${chunk}`, { cells, chunk, workers: 2, each });
  const share = 1 - (cells * each) / 2 / time;
  console.log(
    `2 workers, cells of ${each} ms, ${chunk} in a job (${(each * chunk) / 1000} s): ${(100 * share).toFixed(1)} % of the time is the queue's`,
  );
}
