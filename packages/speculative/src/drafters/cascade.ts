import {
  type Draft,
  draftFrom,
  type Drafter,
  type DraftRequest,
  type DraftSession,
  type ModelRole,
  objectOption,
  type OptionDefinition,
  resolveOptions,
} from "@decodekit/core";

export interface CascadeOptions<Role extends ModelRole = ModelRole> {
  /** At least one, in the order in which they are asked, usually the cheapest first. Drafters of trees are not allowed. */
  readonly drafters: readonly Drafter<Role>[];
  /**
   * Recent average of accepted tokens per draft below which a drafter is skipped, >= 0. With `draftLength: "auto"`, a draft with
   * confidences counts by itself: if fewer tokens are expected to be accepted, the next drafter is asked first. @defaultValue 0.5
   */
  readonly minAccepted?: number | undefined;
}

const OPTIONS = {
  drafters: {
    ...objectOption("an array of at least 1 drafter of chains", (value) => {
      return Array.isArray(value) && value.length > 0 && value.every((drafter: Drafter) => drafter.draftKind !== "tree");
    }),
    required: true,
  },
  minAccepted: {
    type: "number",
    help: "Recent average of accepted tokens per draft below which a drafter is skipped",
    default: 0.5,
    minimum: 0,
  },
} as const satisfies Readonly<Record<keyof CascadeOptions, OptionDefinition>>;

/** Weight of the newest draft in the moving average. */
const WEIGHT = 0.2;
/** Every so many rounds, a drafter that does not pay off is asked again. */
const PAUSE = 16;

/**
 * Creates a drafter that asks several drafters in order and uses the first non-empty draft. A drafter is skipped while its moving
 * average of accepted tokens per draft is below `minAccepted`, and asked again every 16 rounds. The average counts tokens, not time, so
 * that runs can be repeated.
 *
 * It returns probabilities only if all its drafters do.
 * @throws InvalidOptionError for an invalid option.
 */
export function cascade<Role extends ModelRole>(options: CascadeOptions<Role>): Drafter<Role> {
  const { drafters, minAccepted } = resolveOptions<CascadeOptions<Role>, typeof OPTIONS>("cascade", options, OPTIONS);
  const draftKind = drafters.every((drafter) => drafter.draftKind === "probabilities") ? "probabilities" : "tokens";
  return {
    name: `cascade of ${drafters.map(({ name }) => name).join(", ")}`,
    requires: [...new Set(drafters.flatMap(({ requires }) => requires))],
    draftKind,
    confidences: confidencesOf(drafters),
    usesTargetPredictions: drafters.some(({ usesTargetPredictions }) => usesTargetPredictions),
    usesLayerStates: drafters.some(({ usesLayerStates }) => usesLayerStates),
    draftHead: drafters.find(({ draftHead }) => draftHead)?.draftHead,
    async start(run) {
      const steps: CascadeStep[] = [];
      for (const drafter of drafters) steps.push(cascadeStep(drafter, await drafter.start(run), minAccepted));
      let asked: CascadeStep | undefined;
      const chosen = (step: CascadeStep, draft: Draft): Draft => {
        asked = step;
        const { tokens, confidences } = draft;
        return draftKind === "probabilities" ? draft : { tokens, confidences };
      };
      return {
        observe(outcome) {
          if (outcome.drafted > 0) asked?.recordAccepted(outcome.accepted);
          for (const step of steps) step.session.observe(outcome);
        },
        async *propose(request) {
          let unlikely: { readonly step: CascadeStep; readonly draft: Draft } | undefined;
          const active = steps.filter((step) => step.isActive(request));
          for (const step of active) {
            const draft = yield* draftFrom(step.session, request);
            if (draft.tokens.length === 0) continue;
            if (request.maxConfident === undefined || expectedTokens(draft) >= minAccepted) return chosen(step, draft);
            unlikely ??= { step, draft };
          }
          if (unlikely) return chosen(unlikely.step, unlikely.draft);
          asked = undefined;
          return { tokens: new Int32Array(0), probabilities: [] };
        },
        async dispose() {
          for (const { session } of steps) await session.dispose?.();
        },
      };
    },
  };
}

interface CascadeStep {
  readonly session: DraftSession;
  /** Whether to ask the drafter: it pays off, was skipped for long enough, or has confidences to be asked for. Call once per round. */
  isActive(request: DraftRequest): boolean;
  /** Records how many tokens of its verified draft were accepted. */
  recordAccepted(accepted: number): void;
}

function confidencesOf(drafters: readonly Drafter[]): Drafter["confidences"] {
  if (drafters.every(({ confidences }) => confidences === "all")) return "all";
  return drafters.some(({ confidences }) => confidences !== undefined) ? "some" : undefined;
}

/** Returns how many tokens of a draft are expected to be accepted: all of one without confidences. */
function expectedTokens({ tokens, confidences }: Draft): number {
  if (!confidences) return tokens.length;
  let [probability, expected] = [1, 0];
  for (const confidence of confidences) expected += probability *= confidence;
  return expected;
}

/** A drafter counts as paying off at first. */
function cascadeStep({ confidences }: Drafter, session: DraftSession, minAccepted: number): CascadeStep {
  let average = Math.max(1, 2 * minAccepted);
  let skipped = 0;
  return {
    session,
    isActive({ max, maxConfident }) {
      // The decoder verifies only as much of its drafts as pays off.
      if (confidences && maxConfident !== undefined) return true;
      if (max === 0) return false;
      if (average >= minAccepted) return true;
      if (++skipped < PAUSE) return false;
      skipped = 0;
      return true;
    },
    recordAccepted(accepted) {
      average = (1 - WEIGHT) * average + WEIGHT * accepted;
    },
  };
}
