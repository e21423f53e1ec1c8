import { parseArgs } from "node:util";
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { stories } from "@decodekit/tiny-models";

// Measures how long a 5 ms timer is delayed while its thread decodes on WASM.
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

/** Returns the gaps between ticks of the timer during `run`, in milliseconds, shortest first. */
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
const sequentially = async (): Promise<void> => {
  for (let index = 0; index < decodes; index++) await decode();
};
const concurrently = (): Promise<unknown> => Promise.all(Array.from({ length: decodes }, decode));

console.log(`Gaps between ticks of a ${INTERVAL} ms timer during ${decodes} decodes of ${maxNewTokens} tokens on WASM, in ms:`);
for (const [name, run] of Object.entries({ "one after another": sequentially, "all at once": concurrently })) {
  longestPass = 0;
  const gaps = await timerGaps(run);
  const at = (share: number): string => gaps[Math.floor(share * (gaps.length - 1))]!.toFixed(1);
  // With concurrent decodes, the time of a pass includes waiting for the others.
  const pass = run === sequentially ? `, longest pass ${longestPass.toFixed(1)}` : "";
  console.log(`${name}: median ${at(0.5)}, 99 % ${at(0.99)}, longest ${at(1)} over ${gaps.length} ticks${pass}`);
}
await model.dispose();
