import {
  type DecodeRun,
  type Draft,
  type Drafter,
  DrafterError,
  type DraftOutcome,
  type DraftRequest,
  type DraftRun,
  type DraftSession,
  type ForwardEndEvent,
  type ModelRole,
  type ModelSet,
  type ReportingSession,
  type Sampler,
  VocabularyMismatchError,
} from "@decodekit/core";
import { checkDraft, type DraftLimits } from "./check-draft.ts";

/** A drafter at work in one decode: what it gives has been checked, and what it throws is a DrafterError. */
export interface Drafting {
  observe(outcome: DraftOutcome): void;
  /** As a drafter does: a generator where passes are run, else a promise. */
  propose(request: DraftRequest): Promise<Draft> | AsyncGenerator<ForwardEndEvent, Draft, void>;
}

/** What a drafter is told of how its drafts are used. */
interface DraftingSettings<Role extends ModelRole> {
  readonly drafter: Drafter<Role>;
  readonly sampler: Sampler;
  readonly usesProbabilities: boolean;
  /** Milliseconds that a draft may take. */
  readonly draftTimeout: number;
}

/** Starts the drafter next to the session of the target. */
export async function startDrafting<Role extends ModelRole>(
  run: DecodeRun<"causal" | Role>,
  target: ReportingSession,
  settings: DraftingSettings<Role>,
): Promise<Drafting> {
  const { drafter, usesProbabilities } = settings;
  const { signal } = run;
  const { vocabSize } = run.models.causal;
  const masked = (run.models as Partial<ModelSet>).masked;
  const maskTokenId = drafter.requires.some((role) => role === "masked") ? masked?.maskTokenId : undefined;
  const limits: DraftLimits = { drafter, usesProbabilities, vocabSize, stopTokens: run.stopTokens, maskTokenId };
  const surfaced = (error: unknown): unknown => {
    if (error instanceof DrafterError || error instanceof VocabularyMismatchError) return error;
    if (signal?.aborted && error === signal.reason) return error;
    return new DrafterError(drafter.name, `failed: ${error instanceof Error ? error.message : String(error)}`, error);
  };
  let session: DraftSession;
  try {
    session = await drafter.start(draftRun(run, target, settings));
  } catch (error) {
    throw surfaced(error);
  }
  // A drafter that is not asked costs nothing: it is told of all rounds at once when it is.
  let untold: DraftOutcome[] = [];
  const tell = (): void => {
    try {
      for (const outcome of untold) session.observe(outcome);
      untold = [];
    } catch (error) {
      throw surfaced(error);
    }
  };
  return {
    observe: (outcome) => void untold.push(outcome),
    propose(request) {
      tell();
      const time = timeLimit(settings.draftTimeout, signal);
      const failed = (error: unknown): unknown =>
        surfaced(time.isUp(error) ? new DrafterError(drafter.name, `gave no draft within ${settings.draftTimeout} ms.`, error) : error);
      const checked = (draft: Draft): Draft => checkDraft(draft, request, limits);
      return proposed(session, request, { time, failed, checked });
    },
  };
}

function draftRun<Role extends ModelRole>(
  run: DecodeRun<"causal" | Role>,
  target: ReportingSession,
  { sampler, usesProbabilities }: DraftingSettings<Role>,
): DraftRun<Role> {
  return {
    models: run.models,
    prompt: run.tokens,
    vocabSize: run.models.causal.vocabSize,
    stopTokens: run.stopTokens,
    sampler,
    usesProbabilities,
    signal: run.signal,
    openSession: (role) => run.openSession(role),
    openMaskedSession: (role) => run.openMaskedSession(role, target.session),
  };
}

interface Proposing {
  readonly time: TimeLimit;
  /** What to throw for an error. */
  readonly failed: (error: unknown) => unknown;
  readonly checked: (draft: Draft) => Draft;
}

/** A generator only where the drafter gives one: it costs more than many a guess. */
function proposed(session: DraftSession, request: DraftRequest, proposing: Proposing): ReturnType<Drafting["propose"]> {
  const { time, failed } = proposing;
  try {
    const given = session.propose(request);
    return "next" in given ? passesOf(given, proposing) : guessOf(given, proposing);
  } catch (error) {
    time.stop();
    throw failed(error);
  }
}

async function guessOf(guess: Promise<Draft>, { time, failed, checked }: Proposing): Promise<Draft> {
  try {
    return checked(await orAbort(guess, time.signal));
  } catch (error) {
    throw failed(error);
  } finally {
    time.stop();
  }
}

async function* passesOf(
  passes: AsyncGenerator<ForwardEndEvent, Draft, void>,
  { time, failed, checked }: Proposing,
): AsyncGenerator<ForwardEndEvent, Draft, void> {
  try {
    return checked(yield* unlessAborted(passes, time.signal));
  } catch (error) {
    throw failed(error);
  } finally {
    time.stop();
  }
}

interface TimeLimit {
  readonly signal: AbortSignal | undefined;
  isUp(error: unknown): boolean;
  stop(): void;
}

/** A signal that is aborted with the other one, or when the time is up. */
function timeLimit(milliseconds: number, other: AbortSignal | undefined): TimeLimit {
  if (milliseconds === Infinity) return { signal: other, isUp: () => false, stop: () => undefined };
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), milliseconds);
  const { signal } = controller;
  return {
    signal: other ? AbortSignal.any([other, signal]) : signal,
    isUp: (error) => signal.aborted && error === signal.reason,
    stop: () => clearTimeout(timer),
  };
}

/** What `passes` give, until the signal is aborted: then its reason is thrown at once, so that a drafter that hangs does not hang the decode. */
async function* unlessAborted(
  passes: AsyncGenerator<ForwardEndEvent, Draft, void>,
  signal: AbortSignal | undefined,
): AsyncGenerator<ForwardEndEvent, Draft, void> {
  try {
    for (;;) {
      const next = await orAbort(passes.next(), signal);
      if (next.done) return next.value;
      yield next.value;
    }
  } finally {
    const closed = passes.return(undefined as unknown as Draft).catch(() => undefined);
    // One that was given up on may never come to an end.
    if (!signal?.aborted) await closed;
  }
}

async function orAbort<Result>(result: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (!signal) return result;
  let stopWaiting = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stopWaiting = () => reject(signal.reason as Error);
    if (signal.aborted) stopWaiting();
    signal.addEventListener("abort", stopWaiting);
  });
  try {
    return await Promise.race([result, aborted]);
  } finally {
    signal.removeEventListener("abort", stopWaiting);
  }
}
