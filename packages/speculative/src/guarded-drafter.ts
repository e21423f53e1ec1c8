import {
  type DecodeContext,
  type Draft,
  type Drafter,
  DrafterError,
  type DraftOutcome,
  type DraftRequest,
  type DraftContext,
  type DraftSession,
  type ForwardEndEvent,
  type ModelRole,
  type ModelSet,
  type ReportingSession,
  type Sampler,
  VocabularyMismatchError,
} from "@decodekit/core";
import { checkDraft, type DraftLimits } from "./check-draft.ts";
import type { Verifier } from "./verify/verifier.ts";

/** A drafter in one decode whose drafts are checked and whose errors are DrafterErrors. */
export interface GuardedDrafter {
  observe(outcome: DraftOutcome): void;
  /** Like `DraftSession.propose`: returns a generator if it runs passes, else a promise. */
  propose(request: DraftRequest): Promise<Draft> | AsyncGenerator<ForwardEndEvent, Draft, void>;
  /** Frees what the drafter holds. */
  dispose(): Promise<void>;
}

/** The drafter, and how its drafts are used. */
interface GuardedDrafterSettings<Role extends ModelRole> {
  readonly drafter: Drafter<Role>;
  readonly verifier: Pick<Verifier, "usesProbabilities">;
  readonly sampler: Sampler;
  /** Maximum milliseconds per draft. */
  readonly draftTimeout: number;
}

/** Starts the drafter next to the session of the target. */
export async function startGuardedDrafter<Role extends ModelRole>(
  context: DecodeContext<"causal" | Role>,
  target: ReportingSession,
  settings: GuardedDrafterSettings<Role>,
): Promise<GuardedDrafter> {
  const { drafter } = settings;
  const { usesProbabilities } = settings.verifier;
  const { signal } = context;
  const { vocabSize } = context.models.causal;
  const masked = (context.models as Partial<ModelSet>).masked;
  const maskTokenId = drafter.requires.some((role) => role === "masked") ? masked?.maskTokenId : undefined;
  const limits: DraftLimits = { drafter, usesProbabilities, vocabSize, stopTokens: context.stopTokens, maskTokenId };
  const toDrafterError = (error: unknown): unknown => {
    if (error instanceof DrafterError || error instanceof VocabularyMismatchError) return error;
    if (signal?.aborted && error === signal.reason) return error;
    return new DrafterError(drafter.name, `failed: ${error instanceof Error ? error.message : String(error)}`, error);
  };
  let session: DraftSession;
  try {
    session = await drafter.start(draftContext(context, target, settings));
  } catch (error) {
    throw toDrafterError(error);
  }
  // A drafter that is not asked costs nothing: outcomes are delivered with the next request.
  let pendingOutcomes: DraftOutcome[] = [];
  const deliverOutcomes = (): void => {
    try {
      for (const outcome of pendingOutcomes) session.observe(outcome);
      pendingOutcomes = [];
    } catch (error) {
      throw toDrafterError(error);
    }
  };
  return {
    observe: (outcome) => void pendingOutcomes.push(outcome),
    propose(request) {
      deliverOutcomes();
      const time = timeLimit(settings.draftTimeout, signal);
      const failed = (error: unknown): unknown =>
        toDrafterError(
          time.isUp(error) ? new DrafterError(drafter.name, `returned no draft within ${settings.draftTimeout} ms.`, error) : error,
        );
      const checked = (draft: Draft): Draft => checkDraft(draft, request, limits);
      return proposed(session, request, { time, failed, checked });
    },
    async dispose() {
      pendingOutcomes = [];
      await session.dispose?.();
    },
  };
}

function draftContext<Role extends ModelRole>(
  context: DecodeContext<"causal" | Role>,
  target: ReportingSession,
  { sampler, verifier: { usesProbabilities } }: GuardedDrafterSettings<Role>,
): DraftContext<Role> {
  return {
    models: context.models,
    prompt: context.tokens,
    vocabSize: context.models.causal.vocabSize,
    stopTokens: context.stopTokens,
    sampler,
    usesProbabilities,
    signal: context.signal,
    openSession: (role) => context.openSession(role),
    openMaskedSession: (role) => context.openMaskedSession(role, target.session),
  };
}

interface Proposing {
  readonly time: TimeLimit;
  /** Maps a caught error to the one to throw. */
  readonly failed: (error: unknown) => unknown;
  readonly checked: (draft: Draft) => Draft;
}

/** Returns a generator only if the drafter does: a generator takes longer than many a draft. */
function proposed(session: DraftSession, request: DraftRequest, proposing: Proposing): ReturnType<GuardedDrafter["propose"]> {
  const { time, failed } = proposing;
  try {
    const proposal = session.propose(request);
    return "next" in proposal ? runPasses(proposal, proposing) : awaitDraft(proposal, proposing);
  } catch (error) {
    time.stop();
    throw failed(error);
  }
}

async function awaitDraft(draft: Promise<Draft>, { time, failed, checked }: Proposing): Promise<Draft> {
  try {
    return checked(await orAbort(draft, time.signal));
  } catch (error) {
    throw failed(error);
  } finally {
    time.stop();
  }
}

async function* runPasses(
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

/** A signal that aborts with the other one or when the time is up. */
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

/** Yields the events of `passes`. Throws the signal's reason as soon as it aborts, so that a drafter cannot hang the decode. */
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
    // A drafter that was aborted may never finish.
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
