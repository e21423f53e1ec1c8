// Stryker disable all: the kit detects these defects; nothing tests them here
import { type Draft, type Drafter, type DraftRequest, type DraftContext, type ForwardEndEvent, softmax } from "@decodekit/core";

export interface Working {
  readonly tokens: number[];
  readonly probabilities: Float64Array[];
}

export interface Parts extends Partial<Pick<Drafter, "draftKind">> {
  readonly change?: (draft: Working, request: DraftRequest) => Draft;
  /** Returns the tokens that the draft model continues, given all known ones. */
  readonly read?: (known: readonly number[], context: Pick<DraftContext, "prompt">) => readonly number[];
  readonly observe?: (tokens: Int32Array) => readonly number[];
  readonly row?: (row: Float64Array) => Float64Array;
}

export const asDraft = ({ tokens, probabilities }: Working): Draft => ({ tokens: Int32Array.from(tokens), probabilities });

/** Returns a drafter that continues with the draft model and reads the whole sequence again for every token. */
export function simpleDrafter({
  change = asDraft,
  read = (known) => known,
  observe = (tokens) => [...tokens],
  row = (each) => each,
  draftKind = "probabilities",
}: Parts = {}): Drafter<"draft"> {
  return {
    name: "simple",
    requires: ["draft"],
    draftKind,
    async start(context) {
      const model = await context.openSession("draft");
      let known = Array.from(context.prompt);
      return {
        observe: ({ tokens }) => void (known = [...known, ...observe(tokens)]),
        async *propose(request): AsyncGenerator<ForwardEndEvent, Draft, void> {
          const draft: Working = { tokens: [], probabilities: [] };
          while (draft.tokens.length < request.max) {
            await model.session.rewindTo(0);
            const input = Int32Array.from([...read(known, context), ...draft.tokens]);
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

/** Returns a drafter without a model. */
export function plainDrafter(
  draftKind: Drafter["draftKind"],
  propose: (request: DraftRequest, context: DraftContext) => Draft | Promise<Draft>,
): Drafter {
  return {
    name: "plain",
    requires: [],
    draftKind,
    start: async (context) => ({ observe: () => undefined, propose: async (request) => propose(request, context) }),
  };
}

/** Returns a drafter whose rows are uniform. */
export const uniform = (): Drafter =>
  plainDrafter("probabilities", ({ max, random }, { vocabSize }) => {
    const row = new Float64Array(vocabSize).fill(1 / vocabSize);
    return asDraft({
      tokens: Array.from({ length: max }, (_, place) => random.fork(place).categorical(row)),
      probabilities: Array.from({ length: max }, () => row),
    });
  });
