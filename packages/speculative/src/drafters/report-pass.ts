import type { ForwardEndEvent } from "@decodekit/core";

/** Runs a pass of a draft head over `positions` positions and yields its `forward-end`, as one of the role "draft". */
export async function* reportPass<Result>(positions: number, pass: () => Promise<Result>): AsyncGenerator<ForwardEndEvent, Result, void> {
  const started = performance.now();
  const result = await pass();
  yield { type: "forward-end", model: "draft", phase: "draft", positions, milliseconds: performance.now() - started };
  return result;
}
