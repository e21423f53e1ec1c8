import type { Drafter, ForwardEndEvent, ForwardPhase, HiddenStates, Logits, ReportingSession } from "@decodekit/core";

/** Returns the target's session with passes that return the states of layers too. */
export function withLayerStates({ session }: ReportingSession, signal: AbortSignal | undefined): ReportingSession {
  return {
    session,
    forward: (tokens, phase, rows, reads) =>
      reported(phase, tokens.length, () => session.forward(tokens, { rows, reads, layerStates: true, signal })),
    forwardTree: (tokens, parents, phase, reads) =>
      reported(phase, tokens.length, () => session.forwardTree!(tokens, parents, { reads, layerStates: true, signal })),
  };
}

async function* reported(
  phase: ForwardPhase,
  positions: number,
  pass: () => Promise<Logits>,
): AsyncGenerator<ForwardEndEvent, Logits, void> {
  const started = performance.now();
  const logits = await pass();
  yield { type: "forward-end", model: "causal", phase, positions, milliseconds: performance.now() - started };
  return logits;
}

/**
 * Returns a copy of the states at the tokens `kept` of a pass, in order, for a drafter that uses them. They are valid until the next pass
 * only, and a drafter may receive them later.
 */
export function committedStates(
  { layerStates }: Logits,
  { usesLayerStates }: Pick<Drafter, "usesLayerStates">,
  kept?: readonly number[],
): HiddenStates | undefined {
  if (!usesLayerStates || !layerStates) return undefined;
  const { size, values } = layerStates;
  if (!kept) return { size, values: values.slice() };
  const states = new Float32Array(kept.length * size);
  for (const [place, row] of kept.entries()) states.set(values.subarray(row * size, (row + 1) * size), place * size);
  return { size, values: states };
}
