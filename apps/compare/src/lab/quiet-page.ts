import type { HostedModel } from "./model-host.ts";
import { type PageVisibility, watchVisibility } from "./page-visibility.ts";
import { timeLane } from "./record-lane.ts";

/** One-token passes that measure the machine's current speed. */
const SENTINEL_PASSES = 16;

/** Runs `work` while the screen stays on, and tells it when the page was hidden. */
export async function onQuietPage<Result>(signal: AbortSignal, work: (page: PageVisibility) => Promise<Result>): Promise<Result> {
  const page = watchVisibility(signal);
  const lock = await navigator.wakeLock?.request("screen").catch(() => undefined);
  try {
    return await work(page);
  } finally {
    page.end();
    await lock?.release();
  }
}

/** Returns the milliseconds that a fixed number of passes after a prompt takes now. */
export async function sentinelTime(hosted: HostedModel, promptTokens: Int32Array, signal: AbortSignal): Promise<number> {
  // Without a causal model, a decoder whose number of passes follows from the length.
  const decoder = { plugin: hosted.model.causal ? "greedy" : "mask-predict" };
  const request = { decoder, promptTokens, maxNewTokens: SENTINEL_PASSES + 1, seed: 0, signal };
  return (await timeLane(hosted, request)).decodeMilliseconds;
}

/** Returns the smallest of 20 observed clock steps, in milliseconds. */
export function clockTick(): number {
  let min = Infinity;
  for (let seen = 0, last = performance.now(); seen < 20;) {
    const now = performance.now();
    if (now === last) continue;
    min = Math.min(min, now - last);
    last = now;
    seen++;
  }
  return min;
}
