import {
  type DecodeEvent,
  type DecodeContext,
  type Draft,
  type Drafter,
  type DraftOutcome,
  type FinishReason,
  type ForwardEndEvent,
  InvalidOptionError,
  type Logits,
  type ModelRole,
  type ReportingSession,
  type Sampler,
  type TokensProposeEvent,
} from "@decodekit/core";
import { drawPredicted, firstChain, readsOf } from "@decodekit/core/toolkit";
import type { DraftLengthControl, DraftLengthPolicy } from "./draft-length/policy.ts";
import { type GuardedDrafter, startGuardedDrafter } from "./guarded-drafter.ts";
import { gumbelRandom } from "./gumbel-max.ts";
import { committedStates, withLayerStates } from "./layer-states.ts";
import { stopwatch, unwatched, watched } from "./stopwatch.ts";
import { readDraft, type TargetRows, targetRows } from "./target-rows.ts";
import { checkVerification } from "./verify/check-verification.ts";
import type { Verifier } from "./verify/verifier.ts";

export interface SpeculateSettings<Role extends ModelRole> {
  readonly drafter: Drafter<Role>;
  readonly verifier: Verifier;
  readonly policy: DraftLengthPolicy;
  /** How the target's tokens are chosen. */
  readonly sampler: Sampler;
  /** Maximum milliseconds per draft. */
  readonly draftTimeout: number;
}

/** The state of one decode. */
interface Speculation<Role extends ModelRole> {
  readonly context: DecodeContext<"causal" | Role>;
  readonly settings: SpeculateSettings<Role>;
  readonly target: ReportingSession;
  readonly drafter: GuardedDrafter;
  readonly control: DraftLengthControl;
}

/** Key of the drafters' random stream, larger than every position. */
const DRAFT_STREAM = 2 ** 52;
const noDraft: Draft = { tokens: new Int32Array(0) };

/**
 * The prefill yields the first token. Each round then consists of a draft, one pass over the last committed token and the draft, and a
 * commit of the accepted tokens and one more. Between rounds the target's cache holds every committed token but the last.
 */
export async function* speculate<Role extends ModelRole>(
  context: DecodeContext<"causal" | Role>,
  settings: SpeculateSettings<Role>,
): AsyncGenerator<DecodeEvent, FinishReason, void> {
  const { sampler, policy } = settings;
  checkCapabilities(context, settings.drafter);
  const session = await context.openSession("causal");
  const target = settings.drafter.usesLayerStates ? withLayerStates(session, context.signal) : session;
  const drafter = await startGuardedDrafter(context, target, settings);
  const speculation = { context, settings, target, drafter, control: policy.start(context.models.causal, settings.drafter) };
  try {
    const { promptLength, random } = context;
    const logits = yield* target.forward(context.tokens, "prefill", "last", readsOf(sampler));
    const first = await drawPredicted(sampler, { logits, index: 0, sequence: context }, () => random.fork(promptLength));
    const watch = stopwatch();
    const layerStates = committedStates(logits, settings.drafter);
    for (let outcome: DraftOutcome = { tokens: Int32Array.of(first), drafted: 0, accepted: 0, layerStates }; ;) {
      const finishReason = yield* context.commit(outcome.tokens);
      if (finishReason) return finishReason;
      // All in one generator: with a small model, each extra generator that events pass through costs a few percent of a pass.
      const { requested, maxConfident } = draftLength(speculation);
      watch.restart();
      drafter.observe(outcome);
      const proposed = requested > 0 || maxConfident > 0 ? propose(speculation, requested, maxConfident) : undefined;
      const draft = cut(speculation, proposed ? ("next" in proposed ? yield* watched(watch, proposed) : await proposed) : noDraft);
      const { length: drafted } = draft.tokens;
      const start = drafted > 0 ? context.tokens.length : 0;
      if (drafted > 0) yield* unwatched(watch, proposal(start, draft));
      const pass = readDraft(target, outcome.tokens.subarray(-1), { draft, sampler });
      const passed = (await pass.next()) as IteratorYieldResult<ForwardEndEvent>;
      watch.pause();
      yield passed.value;
      watch.resume();
      const rows = (await pass.next()) as IteratorReturnResult<Logits>;
      outcome = drafted > 0 ? await verify(speculation, draft, rows.value) : await drawPlainly(speculation, rows.value);
      const { accepted } = outcome;
      if (drafted > 0) yield* unwatched(watch, { type: "draft-verify", start, drafted, accepted });
      const { milliseconds: passMilliseconds } = passed.value;
      const { tokens: committed } = outcome;
      speculation.control.observe({ requested, drafted, accepted, committed, milliseconds: watch.elapsed(), passMilliseconds });
    }
  } finally {
    await drafter.dispose();
  }
}

/** Verifies a draft. The outcome's tokens are the accepted ones and one more. */
async function verify<Role extends ModelRole>(
  { context, settings, target }: Speculation<Role>,
  draft: Draft,
  logits: Logits,
): Promise<DraftOutcome> {
  const { drafter, verifier, sampler } = settings;
  const rows = targetRows(context, target, { draft, logits, sampler });
  const random = context.random.fork(context.tokens.length);
  const verification = await verifier.verify({ ...rows, draft, drafted: draft.tokens.length, random });
  checkVerification(verifier, draft, verification, context.models.causal.vocabSize);
  const { accepted: path, nextToken } = verification;
  const tokens = Int32Array.of(...path.map((node) => draft.tokens[node]!), nextToken);
  const outcome = { tokens, drafted: draft.tokens.length, accepted: path.length };
  const predictions = drafter.usesTargetPredictions ? await predict(rows, outcome, verifier.sharesNoise) : undefined;
  const layerStates = committedStates(logits, drafter, [0, ...path.map((node) => node + 1)]);
  await rows.keep(path);
  return { ...outcome, predictions, layerStates };
}

/** A round without a draft: one token, drawn as plain decoding draws it. */
async function drawPlainly<Role extends ModelRole>({ context, settings }: Speculation<Role>, logits: Logits): Promise<DraftOutcome> {
  const predicted = { logits, index: 0, sequence: context };
  const token = await drawPredicted(settings.sampler, predicted, () => context.random.fork(context.tokens.length));
  const tokens = Int32Array.of(token);
  const predictions = settings.drafter.usesTargetPredictions ? tokens : undefined;
  return { tokens, drafted: 0, accepted: 0, predictions, layerStates: committedStates(logits, settings.drafter) };
}

/**
 * Tokens to request, and tokens with confidences if more of these may come. A round commits one token more than it accepts, so a chain has
 * at most one less than may be committed.
 */
function draftLength<Role extends ModelRole>({
  context,
  settings,
  control,
}: Speculation<Role>): {
  readonly requested: number;
  readonly maxConfident: number;
} {
  const { drafter } = settings;
  const length = control.next();
  if (drafter.draftKind === "tree") {
    const room = context.remaining > 1 ? context.models.causal.contextLength - context.tokens.length : 0;
    return { requested: Math.min(length, room), maxConfident: 0 };
  }
  const most = context.remaining - 1;
  const confident = drafter.confidences && confidentDrafts(settings, control);
  return { requested: Math.min(length, most), maxConfident: Math.min(confident?.maximum ?? 0, most) };
}

function propose<Role extends ModelRole>(
  { context, settings, drafter }: Speculation<Role>,
  max: number,
  maxConfident: number,
): ReturnType<GuardedDrafter["propose"]> {
  const { sharesNoise } = settings.verifier;
  const random = sharesNoise ? gumbelRandom(context.random) : context.random.fork(DRAFT_STREAM).fork(context.tokens.length);
  return drafter.propose({ max, maxDepth: Math.min(max, context.remaining - 1), random, ...(maxConfident > max && { maxConfident }) });
}

/** The part of a draft that is worth verifying. */
function cut<Role extends ModelRole>({ settings, control }: Speculation<Role>, draft: Draft): Draft {
  const { tokens, confidences } = draft;
  const confident = confidences && confidentDrafts(settings, control);
  return confident ? { tokens: tokens.subarray(0, confident.cut({ ...draft, confidences })) } : draft;
}

/** A rule that uses probabilities needs lengths that do not depend on the drafted tokens. */
function confidentDrafts<Role extends ModelRole>(
  { verifier }: SpeculateSettings<Role>,
  { confident }: DraftLengthControl,
): DraftLengthControl["confident"] {
  return verifier.usesProbabilities ? undefined : confident;
}

/** The tokens to show. For a tree this is its first chain: each position can show only one token. The arrays are the drafter's: copied. */
function proposal(start: number, { tokens, probabilities, parents }: Draft): TokensProposeEvent {
  if (parents) {
    const tree = { tokens: tokens.slice(), parents: parents.slice() };
    return { type: "tokens-propose", start, tokens: firstChain(tree), tree };
  }
  const drawnWith = probabilities && Float32Array.from(tokens, (token, place) => probabilities[place]![token]!);
  return { type: "tokens-propose", start, tokens: tokens.slice(), ...(drawnWith && { probabilities: drawnWith }) };
}

/**
 * The target's predictions at each position: the round's tokens, then the predictions after drafted tokens that were rejected. The latter
 * are the most likely tokens or, with shared noise, the tokens that the target would draw there.
 */
async function predict(rows: TargetRows, { tokens, drafted }: DraftOutcome, sharesNoise: boolean): Promise<Int32Array> {
  const predictions = new Int32Array(drafted + 1);
  predictions.set(tokens);
  for (let place = tokens.length; place <= drafted; place++) {
    predictions[place] = await (sharesNoise ? rows.sample(place - 1) : rows.mostLikely(place - 1));
  }
  return predictions;
}

function checkCapabilities<Role extends ModelRole>(
  { models }: DecodeContext<"causal" | Role>,
  { name, draftKind, usesLayerStates }: Drafter<Role>,
): void {
  const { rewind, tree, hiddenLayers } = models.causal.capabilities;
  if (usesLayerStates && !hiddenLayers) {
    const expected = `able to return the hidden states of layers (capabilities.hiddenLayers), which the drafter "${name}" requires: load it with draftHead`;
    throw new InvalidOptionError({ where: "speculative", option: "the causal model", expected, actual: "one that is not" });
  }
  const ability = draftKind === "tree" ? "read trees (capabilities.tree)" : "rewind its cache (capabilities.rewind)";
  if (draftKind === "tree" ? tree : rewind) return;
  const expected = `able to ${ability}, which the drafter "${name}" requires`;
  throw new InvalidOptionError({ where: "speculative", option: "the causal model", expected, actual: "one that is not" });
}
