import type { DecodeContext, ForwardEndEvent, HiddenStates, Logits, ReportingSession } from "@decodekit/core";

/** Several tokens, each of which was read after the same sequence. */
export interface ReadCandidates {
  /** State i is that of token i. */
  readonly states: HiddenStates;
  /** Goes on with token `index`: returns the row after it, a copy, and the session that has read it. The others are forgotten. */
  take(index: number): Promise<{ readonly row: Float32Array; readonly session: ReportingSession }>;
}

/** Returns the hidden states of a pass of a model with `capabilities.hiddenStates`. */
export function statesOf({ hiddenStates }: Logits): HiddenStates {
  return hiddenStates!;
}

/** Reads the candidates in one pass, as a tree. */
export async function* readTree(
  _context: DecodeContext<"causal">,
  session: ReportingSession,
  tokens: Int32Array,
): AsyncGenerator<ForwardEndEvent, ReadCandidates, void> {
  const logits = yield* session.forwardTree(tokens, new Int32Array(tokens.length).fill(-1), "decode");
  return {
    states: statesOf(logits),
    async take(index) {
      const row = logits.row(index).slice();
      await session.session.keepPath!(Int32Array.of(index));
      return { row, session };
    },
  };
}

/** Reads each candidate in a pass of its own, all but the last one in a fork of the session. */
export async function* readForks(
  context: DecodeContext<"causal">,
  session: ReportingSession,
  tokens: Int32Array,
): AsyncGenerator<ForwardEndEvent, ReadCandidates, void> {
  const sessions: ReportingSession[] = [];
  for (let index = 0; index < tokens.length - 1; index++) sessions.push(await context.openSession("causal", session));
  sessions.push(session);
  const passes: Logits[] = [];
  const values: number[] = [];
  for (const [index, token] of tokens.entries()) {
    const logits = yield* sessions[index]!.forward(Int32Array.of(token), "decode");
    passes.push(logits);
    values.push(...statesOf(logits).values);
  }
  return {
    states: { size: statesOf(passes[0]!).size, values: Float32Array.from(values) },
    async take(index) {
      const row = passes[index]!.row(0).slice();
      for (const [other, each] of sessions.entries()) if (other !== index) await each.session.dispose();
      return { row, session: sessions[index]! };
    },
  };
}
