import {
  type DecodeEvent,
  type DecodeRun,
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
  type SamplingContext,
  type TokenId,
  type TokensProposeEvent,
} from "@decodekit/core";
import type { DraftLengthControl, DraftLengthPolicy } from "./draft-length/policy.ts";
import { drawToken } from "./draw-token.ts";
import { type Drafting, startDrafting } from "./drafting.ts";
import { racingRandom } from "./racing-random.ts";
import { type Stopwatch, stopwatch, watched } from "./stopwatch.ts";
import { readDraft, type TargetRows, targetRows } from "./target-rows.ts";
import type { Verifier } from "./verify/round.ts";

export interface SpeculateSettings<Role extends ModelRole> {
  readonly drafter: Drafter<Role>;
  readonly verifier: Verifier;
  readonly policy: DraftLengthPolicy;
  /** How the target's tokens are chosen. */
  readonly sampler: Sampler;
  /** Whether the drafter draws with the noise of the target's positions. */
  readonly sharesNoise: boolean;
  /** Whether the verifier weighs the probabilities of drafts. */
  readonly usesProbabilities: boolean;
  /** Milliseconds that a draft may take. */
  readonly draftTimeout: number;
}

/** Everything that one decode works with. */
interface Speculation<Role extends ModelRole> {
  readonly run: DecodeRun<"causal" | Role>;
  readonly settings: SpeculateSettings<Role>;
  readonly target: ReportingSession;
  readonly drafting: Drafting;
  readonly control: DraftLengthControl;
  /** Of the next token to be committed. */
  readonly context: SamplingContext;
}

/** Key of the stream that drafters draw from: above every position. */
const DRAFTS = 2 ** 52;
const noDraft: Draft = { tokens: new Int32Array(0) };

/**
 * The loop: a pass over the prompt gives the first token; then round by round a draft, one pass over the last committed
 * token and the draft, and a commit of what stands and of one token more.
 * Between rounds the target's cache holds every committed token but the last.
 */
export async function* speculate<Role extends ModelRole>(
  run: DecodeRun<"causal" | Role>,
  settings: SpeculateSettings<Role>,
): AsyncGenerator<DecodeEvent, FinishReason, void> {
  const { sampler, policy } = settings;
  checkCapabilities(run, settings.drafter);
  const target = await run.openSession("causal");
  const drafting = await startDrafting(run, target, settings);
  const { tokens: prompt, promptLength } = run;
  const context = contextOf(run);
  const speculation = { run, settings, target, drafting, control: policy.start(run.models.causal), context };
  const logits = yield* target.forward(prompt, "prefill");
  const random = run.random.fork(promptLength);
  const { token: first } = drawToken(sampler, logits.row(0), context, { random, needsRow: false });
  const watch = stopwatch();
  for (let outcome: DraftOutcome = { tokens: Int32Array.of(first), drafted: 0, accepted: 0 }; ;) {
    const finishReason = yield* run.commit(outcome.tokens);
    if (finishReason) return finishReason;
    // All in one generator: each that is passed through costs a small model a few per cent of a pass.
    const asked = lengthOf(speculation);
    watch.restart();
    drafting.observe(outcome);
    const proposed = asked > 0 ? propose(speculation, asked) : undefined;
    const draft = proposed ? ("next" in proposed ? yield* watched(watch, proposed) : await proposed) : noDraft;
    const { length: drafted } = draft.tokens;
    const start = drafted > 0 ? run.tokens.length : 0;
    if (drafted > 0) yield* unwatched(watch, proposal(start, draft));
    const pass = readDraft(target, outcome.tokens.subarray(-1), draft);
    const passed = (await pass.next()) as IteratorYieldResult<ForwardEndEvent>;
    watch.pause();
    yield passed.value;
    watch.resume();
    const rows = (await pass.next()) as IteratorReturnResult<Logits>;
    outcome = drafted > 0 ? await verified(speculation, draft, rows.value) : drawn(speculation, rows.value);
    const { accepted } = outcome;
    if (drafted > 0) yield* unwatched(watch, { type: "draft-verify", start, drafted, accepted });
    const { milliseconds: passMilliseconds } = passed.value;
    speculation.control.observe({ asked, drafted, accepted, milliseconds: watch.elapsed(), passMilliseconds });
  }
}

/** Of the next token to be committed, whenever it is asked. */
function contextOf(run: DecodeRun<"causal">): SamplingContext {
  return {
    promptLength: run.promptLength,
    get tokens() {
      return run.tokens;
    },
  };
}

function* unwatched(watch: Stopwatch, event: DecodeEvent): Generator<DecodeEvent, void, void> {
  watch.pause();
  yield event;
  watch.resume();
}

/** Which tokens of a draft stand and what follows them: what to commit, between 1 token and one more than were drafted. */
async function verified<Role extends ModelRole>(
  { run, settings, target }: Speculation<Role>,
  draft: Draft,
  logits: Logits,
): Promise<DraftOutcome> {
  const rows = targetRows(run, target, { draft, logits, sampler: settings.sampler });
  const random = run.random.fork(run.tokens.length);
  const { accepted: path, next } = settings.verifier({ ...rows, draft, drafted: draft.tokens.length, random });
  const tokens = Int32Array.of(...path.map((node) => draft.tokens[node]!), next);
  const outcome = { tokens, drafted: draft.tokens.length, accepted: path.length };
  const predictions = settings.drafter.learnsFromTarget ? predict(rows, outcome, settings.sharesNoise) : undefined;
  await rows.keep(path);
  return { ...outcome, predictions };
}

/** A round without a draft: one token, drawn as the plain decoder draws it. */
function drawn<Role extends ModelRole>({ run, settings, context }: Speculation<Role>, logits: Logits): DraftOutcome {
  const random = run.random.fork(context.tokens.length);
  const { token } = drawToken(settings.sampler, logits.row(0), context, { random, needsRow: false });
  const tokens = Int32Array.of(token);
  return { tokens, drafted: 0, accepted: 0, predictions: settings.drafter.learnsFromTarget ? tokens : undefined };
}

/** Tokens to ask for. A round gives one token more than it accepts, so that a chain may take one less than may be committed. */
function lengthOf<Role extends ModelRole>({ run, settings, control }: Speculation<Role>): number {
  const wanted = control.next();
  if (settings.drafter.gives === "tree")
    return run.remaining > 1 ? Math.min(wanted, run.models.causal.contextLength - run.tokens.length) : 0;
  return Math.min(wanted, run.remaining - 1);
}

function propose<Role extends ModelRole>({ run, settings, drafting }: Speculation<Role>, max: number): ReturnType<Drafting["propose"]> {
  const random = settings.sharesNoise ? racingRandom(run.random) : run.random.fork(DRAFTS).fork(run.tokens.length);
  return drafting.propose({ max, maxDepth: Math.min(max, run.remaining - 1), random });
}

/** For a tree, its first chain: position by position only one token can be shown. */
function proposal(start: number, { tokens, probabilities, parents }: Draft): TokensProposeEvent {
  if (parents) {
    const chain: TokenId[] = [];
    for (let node = parents.indexOf(-1); node >= 0; node = parents.indexOf(node)) chain.push(tokens[node]!);
    return { type: "tokens-propose", start, tokens: Int32Array.from(chain) };
  }
  const drawnWith = probabilities && Float32Array.from(tokens, (token, place) => probabilities[place]![token]!);
  return { type: "tokens-propose", start, tokens: tokens.slice(), ...(drawnWith && { probabilities: drawnWith }) };
}

/**
 * What the target says position by position: the round's tokens, then its guesses after drafted tokens that did not stand.
 * Guesses draw nothing, unless the drafter shares the noise: then they are what the target will say there.
 */
function predict(rows: TargetRows, { tokens, drafted }: DraftOutcome, sharesNoise: boolean): Int32Array {
  const predictions = new Int32Array(drafted + 1);
  predictions.set(tokens);
  for (let place = tokens.length; place <= drafted; place++) {
    predictions[place] = sharesNoise ? rows.sample(place - 1) : rows.likeliest(place - 1);
  }
  return predictions;
}

function checkCapabilities<Role extends ModelRole>({ models }: DecodeRun<"causal" | Role>, { name, gives }: Drafter<Role>): void {
  const { rewind, tree } = models.causal.capabilities;
  const needed = gives === "tree" ? "read trees (capabilities.tree)" : "rewind its cache (capabilities.rewind)";
  if (gives === "tree" ? tree : rewind) return;
  const expected = `able to ${needed}, which the drafter "${name}" needs`;
  throw new InvalidOptionError({ where: "speculative", option: "the causal model", expected, actual: "one that is not" });
}
