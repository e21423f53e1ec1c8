import {
  checkOptions,
  draftFrom,
  type Drafter,
  type DraftSession,
  InvalidOptionError,
  type ModelRole,
  numberBetween,
  type OptionCheck,
} from "@decodekit/core";

export interface CascadeOptions<Role extends ModelRole = ModelRole> {
  /** At least one, the cheapest first; none that gives trees. */
  readonly drafters: readonly Drafter<Role>[];
  /** Tokens that must stand per draft, on average of late, for a drafter to be asked, >= 0. @defaultValue 0.5 */
  readonly minAccepted?: number | undefined;
}

const checks: Readonly<Record<keyof CascadeOptions, OptionCheck>> = {
  drafters: {
    expected: "an array of at least 1 drafter of chains",
    accepts: (value) => Array.isArray(value) && value.length > 0 && value.every((drafter: Drafter) => drafter.gives !== "tree"),
  },
  minAccepted: numberBetween(0, Infinity),
};

/** Weight of the newest draft in the average. */
const WEIGHT = 0.2;
/** Rounds after which a drafter that did not pay is asked once more. */
const PAUSE = 16;

/**
 * Makes the drafter that asks several in turn, the cheapest first: the first one that pays and has an idea is taken. One
 * pays while the tokens that stood per draft reach `minAccepted` on average of late; one that does not is tried again
 * every 16 rounds. That counts tokens, not time, so that runs can be repeated.
 *
 * It gives probabilities only when all its drafters do.
 * @throws InvalidOptionError for an option that is wrong.
 */
export function cascade<Role extends ModelRole>(options: CascadeOptions<Role>): Drafter<Role> {
  checkOptions("cascade", options, checks);
  const { drafters, minAccepted = 0.5 } = options;
  if (!drafters)
    throw new InvalidOptionError({ where: "cascade", option: "drafters", expected: checks.drafters.expected, actual: drafters });
  const gives = drafters.every((drafter) => drafter.gives === "probabilities") ? "probabilities" : "tokens";
  return {
    name: `cascade of ${drafters.map(({ name }) => name).join(", ")}`,
    requires: [...new Set(drafters.flatMap(({ requires }) => requires))],
    gives,
    learnsFromTarget: drafters.some(({ learnsFromTarget }) => learnsFromTarget),
    async start(run) {
      const steps: CascadeStep[] = [];
      for (const drafter of drafters) steps.push(cascadeStep(await drafter.start(run), minAccepted));
      let asked: CascadeStep | undefined;
      return {
        observe(outcome) {
          if (outcome.drafted > 0) asked?.judge(outcome.accepted);
          for (const step of steps) step.session.observe(outcome);
        },
        async *propose(request) {
          const open = steps.filter((step) => step.mayBeAsked());
          for (const step of open) {
            const draft = yield* draftFrom(step.session, request);
            if (draft.tokens.length === 0) continue;
            asked = step;
            return gives === "probabilities" ? draft : { tokens: draft.tokens };
          }
          asked = undefined;
          return { tokens: new Int32Array(0), probabilities: [] };
        },
      };
    },
  };
}

interface CascadeStep {
  readonly session: DraftSession;
  /** Whether it pays, or has been left out for long enough. Called once per round. */
  mayBeAsked(): boolean;
  /** Its draft was verified: `accepted` tokens stood. */
  judge(accepted: number): void;
}

/** Starts out as one that pays. */
function cascadeStep(session: DraftSession, minAccepted: number): CascadeStep {
  let average = Math.max(1, 2 * minAccepted);
  let skipped = 0;
  return {
    session,
    mayBeAsked() {
      if (average >= minAccepted) return true;
      if (++skipped < PAUSE) return false;
      skipped = 0;
      return true;
    },
    judge(accepted) {
      average = (1 - WEIGHT) * average + WEIGHT * accepted;
    },
  };
}
