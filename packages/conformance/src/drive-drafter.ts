import {
  type DecodeContext,
  type DecodeEvent,
  defineDecoder,
  type Draft,
  type DraftContext,
  draftFrom,
  type Drafter,
  type DraftOutcome,
  type DraftSession,
  type FinishReason,
  greedySampler,
  type HiddenStates,
  type RandomSource,
  type ReportingSession,
  type Sampler,
} from "@decodekit/core";
import { positionState } from "@decodekit/core/testing";
import type { LosslessCase } from "./lossless-models.ts";
import { plainSampler } from "./lossless.ts";

/** Models to draft with, and a prompt. */
export type DriveCase = Pick<LosslessCase, "models" | "prompt" | "stopToken">;

export interface Drive {
  readonly random: RandomSource;
  /** Draft length of each round. */
  readonly lengths: readonly number[];
  /** Whether only drafts with confidences are wanted, at most as long as `lengths`. @defaultValue false */
  readonly confidentOnly?: boolean | undefined;
  /** The sampler that the drafter receives as the target's. @defaultValue plainSampler */
  readonly sampler?: Sampler | undefined;
  /** Called with every draft before its outcome. */
  readonly onDraft?: (draft: Draft, round: number) => void;
  /** Called with a copy of every array of committed tokens just before the drafter receives it; the prompt comes first. */
  readonly onCommit?: (tokens: Int32Array) => void;
}

/** The record of a drafter's run. */
export interface DriveRecord {
  readonly drafts: readonly Draft[];
  readonly events: readonly DecodeEvent[];
  /** Copies of the arrays of committed tokens from before the drafter received them; the prompt comes first. */
  readonly snapshots: readonly Int32Array[];
  /** The arrays that the drafter received, which it may have written to. */
  readonly received: readonly Int32Array[];
}

/**
 * Runs `drafter` round by round on the models of `testCase`, as a decoder would. In turn, the rounds accept nothing, everything and half
 * of the draft.
 */
export async function driveDrafter(drafter: Drafter, testCase: DriveCase, drive: Drive): Promise<DriveRecord> {
  const drafts: Draft[] = [];
  const snapshots: Int32Array[] = [];
  const received: Int32Array[] = [];
  const recorded = (tokens: Int32Array): Int32Array => {
    drive.onCommit?.(tokens.slice());
    snapshots.push(tokens.slice());
    received.push(tokens);
    return tokens;
  };
  const prompt = testCase.prompt.slice();
  const decoder = defineDecoder({
    name: "testDrafter",
    requires: ["causal", ...drafter.requires],
    async *run(context) {
      const target = await context.openSession("causal");
      const session = await drafter.start(draftContext(context, target, testCase, { ...drive, prompt: recorded(prompt) }));
      try {
        return yield* rounds(context, target, session);
      } finally {
        await session.dispose?.();
      }
    },
  });

  async function* rounds(
    context: DecodeContext,
    target: ReportingSession,
    session: DraftSession,
  ): AsyncGenerator<DecodeEvent, FinishReason, void> {
    const row = (yield* target.forward(prompt, "prefill")).row(0);
    const first = greedySampler.pick(plainSampler.distribution(row, { tokens: prompt, promptLength: 0 }), context.random);
    let outcome: DraftOutcome = { tokens: Int32Array.of(first), drafted: 0, accepted: 0 };
    let told = 0;
    for (const [round, max] of drive.lengths.entries()) {
      const carry = context.tokens.at(-1)!;
      if (yield* context.commit(outcome.tokens)) break;
      if (round > 0) yield* target.forward(Int32Array.of(carry, ...outcome.tokens.subarray(0, -1)), "verify");
      const layerStates = drafter.usesLayerStates ? statesOf(context.tokens, told) : undefined;
      told = context.tokens.length - 1;
      session.observe({ ...outcome, tokens: recorded(outcome.tokens), layerStates });
      const limits = drive.confidentOnly ? { max: 0, maxDepth: 0, maxConfident: max } : { max, maxDepth: max };
      const draft = yield* draftFrom(session, { ...limits, random: context.random.fork(context.tokens.length) });
      drive.onDraft?.(draft, round);
      drafts.push({ ...draft, tokens: draft.tokens.slice() });
      outcome = simulateOutcome(draft, round, testCase.models.causal.vocabSize, drafter.usesTargetPredictions === true);
    }
    return "length";
  }

  const events: DecodeEvent[] = [];
  const decode = decoder.decode(testCase.models, prompt, { maxNewTokens: 16, random: drive.random });
  for await (const event of decode) events.push(event);
  return { drafts, events, snapshots, received };
}

/** Returns the target's states at the positions [start, length - 1), without a pass. */
function statesOf(tokens: Int32Array, start: number): HiddenStates {
  const states = Array.from(tokens.subarray(start, -1), (_, index) => positionState(tokens.subarray(0, start + index + 1)));
  return { size: positionState(tokens).length, values: Float32Array.from(states.flatMap((state) => [...state])) };
}

function draftContext(
  context: DecodeContext,
  target: ReportingSession,
  { stopToken }: DriveCase,
  { sampler = plainSampler, prompt }: Pick<Drive, "sampler"> & { readonly prompt: Int32Array },
): DraftContext {
  return {
    models: context.models,
    prompt,
    vocabSize: context.models.causal.vocabSize,
    stopTokens: new Set([stopToken]),
    sampler,
    usesProbabilities: true,
    signal: undefined,
    openSession: (role) => context.openSession(role),
    openMaskedSession: (role) => context.openMaskedSession(role, target.session),
  };
}

/** Returns an outcome that accepts nothing, everything, or half of the draft's first chain, depending on the round. */
function simulateOutcome({ tokens, parents }: Draft, round: number, vocabSize: number, withPredictions: boolean): DraftOutcome {
  const chain: number[] = [];
  if (parents) for (let node = parents.indexOf(-1); node >= 0; node = parents.indexOf(node)) chain.push(tokens[node]!);
  else chain.push(...tokens);
  const accepted = [0, chain.length, chain.length >> 1][round % 3]!;
  const next = ((chain[accepted] ?? round) + 1) % vocabSize;
  const committed = Int32Array.of(...chain.slice(0, accepted), next);
  const guesses = Int32Array.from({ length: tokens.length + 1 - committed.length }, (_, place) => (place + round) % vocabSize);
  return {
    tokens: committed,
    drafted: tokens.length,
    accepted,
    ...(withPredictions && { predictions: Int32Array.of(...committed, ...guesses) }),
  };
}
