import { generate } from "@decodekit/core";
import { greedy } from "@decodekit/greedy";
import type { EventLoopRow } from "../rows.ts";
import { defineSuite } from "../suite.ts";

const INTERVAL = 5;
const TOKENS = 32;
const DECODES = 200;
const QUICK = { tokens: 4, decodes: 2 };

/** How long a timer of 5 ms waits while its thread decodes on WASM. */
export const eventLoop = defineSuite({
  name: "event-loop",
  where: ["wasm"],
  per: "file",
  pairs: 1,
  async *run({ place, settings: { quick, embedded }, isDone }) {
    const tokens = quick ? QUICK.tokens : TOKENS;
    const decodes = quick ? QUICK.decodes : embedded ? DECODES : 10;
    const model = await place.load();
    const prompt = model.tokenizer.encode("Once upon a time");
    let longestPass = 0;
    const decode = async (): Promise<void> => {
      const { events } = generate(model, prompt, { decoder: greedy(), maxNewTokens: tokens, stopTokens: [] });
      for await (const event of events) if (event.type === "forward-end") longestPass = Math.max(longestPass, event.milliseconds);
    };
    const sequentially = async (): Promise<void> => {
      for (let index = 0; index < decodes; index++) await decode();
    };
    const concurrently = (): Promise<unknown> => Promise.all(Array.from({ length: decodes }, decode));

    await decode();
    for (const [order, run] of [
      ["one after another", sequentially],
      ["all at once", concurrently],
    ] as const) {
      if (isDone(order)) continue;
      longestPass = 0;
      const gaps = await timerGaps(run);
      const at = (share: number): number => gaps[Math.floor(share * (gaps.length - 1))] ?? 0;
      const row: EventLoopRow = {
        key: order,
        order,
        decodes,
        tokens,
        ticks: gaps.length,
        medianGap: at(0.5),
        percentile99Gap: at(0.99),
        longestGap: at(1),
        // With concurrent decodes, the time of a pass includes waiting for the others.
        ...(run === sequentially && { longestPass }),
      };
      yield row;
    }
    await model.dispose();
  },
});

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
