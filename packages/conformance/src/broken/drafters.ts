// Stryker disable all: what the tests are about is found out by the kit, not here
import { type Draft, type Drafter, type DraftRequest, type DraftRun, type ForwardEndEvent, softmax } from "@decodekit/core";

export interface Working {
  readonly tokens: number[];
  readonly probabilities: Float64Array[];
}

export interface Parts extends Partial<Pick<Drafter, "gives">> {
  readonly change?: (draft: Working, request: DraftRequest) => Draft;
  /** What the draft model goes on from, given all that is known. */
  readonly read?: (known: readonly number[], run: Pick<DraftRun, "prompt">) => readonly number[];
  readonly observe?: (tokens: Int32Array) => readonly number[];
  readonly row?: (row: Float64Array) => Float64Array;
}

export const asDraft = ({ tokens, probabilities }: Working): Draft => ({ tokens: Int32Array.from(tokens), probabilities });

/** Writes on with the draft model, read anew for every token. */
export function simpleDrafter({
  change = asDraft,
  read = (known) => known,
  observe = (tokens) => [...tokens],
  row = (each) => each,
  gives = "probabilities",
}: Parts = {}): Drafter<"draft"> {
  return {
    name: "simple",
    requires: ["draft"],
    gives,
    async start(run) {
      const model = await run.openSession("draft");
      let known = Array.from(run.prompt);
      return {
        observe: ({ tokens }) => void (known = [...known, ...observe(tokens)]),
        async *propose(request): AsyncGenerator<ForwardEndEvent, Draft, void> {
          const draft: Working = { tokens: [], probabilities: [] };
          while (draft.tokens.length < request.max) {
            await model.session.rewindTo(0);
            const input = Int32Array.from([...read(known, run), ...draft.tokens]);
            const probabilities = row(softmax((yield* model.forward(input, "draft")).row(0)));
            draft.tokens.push(request.random.fork(draft.tokens.length).categorical(probabilities));
            draft.probabilities.push(probabilities);
          }
          return change(draft, request);
        },
      };
    },
  };
}

/** Drafts without a model. */
export function plainDrafter(gives: Drafter["gives"], propose: (request: DraftRequest, run: DraftRun) => Draft | Promise<Draft>): Drafter {
  return {
    name: "plain",
    requires: [],
    gives,
    start: async (run) => ({ observe: () => undefined, propose: async (request) => propose(request, run) }),
  };
}

/** Every token is possible, whatever came before. */
export const uniform = (): Drafter =>
  plainDrafter("probabilities", ({ max, random }, { vocabSize }) => {
    const row = new Float64Array(vocabSize).fill(1 / vocabSize);
    return asDraft({
      tokens: Array.from({ length: max }, (_, place) => random.fork(place).categorical(row)),
      probabilities: Array.from({ length: max }, () => row),
    });
  });
