import {
  type Decoder,
  type DecodeEvent,
  type DecodeRun,
  type Draft,
  draftFrom,
  type Drafter,
  type DraftOutcome,
  type DraftRun,
  greedySampler,
  type RandomSource,
  type ReportingSession,
  runDecode,
  type Sampler,
} from "@decodekit/core";
import type { LosslessCase } from "./lossless-models.ts";
import { plainSampler } from "./lossless.ts";

/** Models to draft on, and a prompt. */
export type DriveCase = Pick<LosslessCase, "models" | "prompt" | "stopToken">;

export interface Drive {
  readonly random: RandomSource;
  /** Tokens to ask for in each round; a round per number. */
  readonly lengths: readonly number[];
  /** How the drafter is told that the target's tokens are chosen. @defaultValue plainSampler */
  readonly sampler?: Sampler | undefined;
  /** Called with every draft, before the target's word on it. */
  readonly onDraft?: (draft: Draft, round: number) => void;
  /** Called whenever the drafter is about to be told what was committed, the prompt first. */
  readonly onTell?: (tokens: Int32Array) => void;
}

/** What a drafter did. */
export interface DriveRecord {
  readonly drafts: readonly Draft[];
  readonly events: readonly DecodeEvent[];
  /** Everything that it was told was committed, the prompt first, as it was when it was told. */
  readonly told: readonly Int32Array[];
  /** The very arrays, which it may have written to since. */
  readonly tellings: readonly Int32Array[];
}

/**
 * Lets `drafter` draft round by round, as a decoder would, on the models of `testCase`, and tells it of targets that take
 * nothing, everything and half of what it proposes.
 */
export async function driveDrafter(drafter: Drafter, testCase: DriveCase, drive: Drive): Promise<DriveRecord> {
  const drafts: Draft[] = [];
  const told: Int32Array[] = [];
  const tellings: Int32Array[] = [];
  const tell = (tokens: Int32Array): Int32Array => {
    drive.onTell?.(tokens.slice());
    told.push(tokens.slice());
    tellings.push(tokens);
    return tokens;
  };
  const decoder: Pick<Decoder, "name" | "requires"> = { name: "testDrafter", requires: ["causal", ...drafter.requires] };
  const prompt = testCase.prompt.slice();
  const decode = runDecode(decoder, testCase.models, prompt, { maxNewTokens: 16, random: drive.random }, async function* (run) {
    const target = await run.openSession("causal");
    const session = await drafter.start(draftRunOf(run, target, testCase, { ...drive, prompt: tell(prompt) }));
    const row = (yield* target.forward(prompt, "prefill")).row(0);
    let outcome: DraftOutcome = {
      tokens: Int32Array.of(greedySampler.pick(plainSampler.distribution(row, { tokens: prompt, promptLength: 0 }), run.random)),
      drafted: 0,
      accepted: 0,
    };
    for (const [round, max] of drive.lengths.entries()) {
      const carry = run.tokens.at(-1)!;
      if (yield* run.commit(outcome.tokens)) break;
      if (round > 0) yield* target.forward(Int32Array.of(carry, ...outcome.tokens.subarray(0, -1)), "verify");
      session.observe({ ...outcome, tokens: tell(outcome.tokens) });
      const draft = yield* draftFrom(session, { max, maxDepth: max, random: run.random.fork(run.tokens.length) });
      drive.onDraft?.(draft, round);
      drafts.push({ ...draft, tokens: draft.tokens.slice() });
      outcome = wordOn(draft, round, testCase.models.causal.vocabSize, drafter.learnsFromTarget === true);
    }
    return "length";
  });
  const events: DecodeEvent[] = [];
  for await (const event of decode) events.push(event);
  return { drafts, events, told, tellings };
}

function draftRunOf(
  run: DecodeRun,
  target: ReportingSession,
  { stopToken }: DriveCase,
  { sampler = plainSampler, prompt }: Pick<Drive, "sampler"> & { readonly prompt: Int32Array },
): DraftRun {
  return {
    models: run.models,
    prompt,
    vocabSize: run.models.causal.vocabSize,
    stopTokens: new Set([stopToken]),
    sampler,
    usesProbabilities: true,
    signal: undefined,
    openSession: (role) => run.openSession(role),
    openMaskedSession: (role) => run.openMaskedSession(role, target.session),
  };
}

/** Nothing, everything, or half of the first chain stands, by turns. */
function wordOn({ tokens, parents }: Draft, round: number, vocabSize: number, withPredictions: boolean): DraftOutcome {
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
