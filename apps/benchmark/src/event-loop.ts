import { parseArgs } from "node:util";
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { stories } from "@decodekit/tiny-models";

// How long a timer of 5 ms waits while its thread decodes on WASM.
const { values } = parseArgs({
  options: {
    model: { type: "string" },
    decodes: { type: "string", default: "200" },
    tokens: { type: "string", default: "32" },
  },
});
const [decodes, maxNewTokens] = [Number(values.decodes), Number(values.tokens)];
const INTERVAL = 5;

const model = await loadModel(values.model ?? stories, { execution: "wasm" });
const prompt = model.tokenizer.encode("Once upon a time");
let longestPass = 0;

async function decode(): Promise<void> {
  const { events } = generate(model, prompt, { decoder: greedy(), maxNewTokens, stopTokens: [] });
  for await (const event of events) if (event.type === "forward-end") longestPass = Math.max(longestPass, event.milliseconds);
}

/** Gaps between the ticks of the timer while `run` runs, in milliseconds, shortest first. */
async function timerGaps(run: () => Promise<unknown>): Promise<readonly number[]> {
  const gaps: number[] = [];
  let last = performance.now();
  const tick = (): void => {
    const now = performance.now();
    gaps.push(now - last);
    last = now;
  };
  const timer = setInterval(tick, INTERVAL);
  await run();
  clearInterval(timer);
  return gaps.toSorted((a, b) => a - b);
}

await decode();
const inTurn = async (): Promise<void> => {
  for (let index = 0; index < decodes; index++) await decode();
};
const together = (): Promise<unknown> => Promise.all(Array.from({ length: decodes }, decode));

console.log(`Gaps between the ticks of a timer of ${INTERVAL} ms beside ${decodes} decodes of ${maxNewTokens} tokens on WASM, in ms:`);
for (const [name, run] of Object.entries({ "one after another": inTurn, "all at once": together })) {
  longestPass = 0;
  const gaps = await timerGaps(run);
  const at = (share: number): string => gaps[Math.floor(share * (gaps.length - 1))]!.toFixed(1);
  // All at once a pass waits for those of the other decodes, and its time says so.
  const pass = run === inTurn ? `, longest pass ${longestPass.toFixed(1)}` : "";
  console.log(`${name}: median ${at(0.5)}, 99 % ${at(0.99)}, longest ${at(1)} over ${gaps.length} ticks${pass}`);
}
await model.dispose();
