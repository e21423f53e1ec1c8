import {
  type DecodeContext,
  type DecodeEvent,
  type Decoder,
  defineDecoder,
  type FinishReason,
  InvalidOptionError,
  type OptionDefinition,
  type PluginOption,
  resolveOptions,
  softmax,
} from "@decodekit/core";
import { topK } from "@decodekit/core/toolkit";
import { readForks, readTree, statesOf } from "./read-candidates.ts";
import { StateDirections } from "./state-directions.ts";

export interface ContrastiveSearchOptions {
  /** Number of most likely tokens to choose from, an integer >= 1. @defaultValue 4 */
  readonly k?: number | undefined;
  /** Weight of the penalty against probability, in [0, 1]: 0 is greedy. @defaultValue 0.6 */
  readonly alpha?: number | undefined;
}

export const CONTRASTIVE_OPTIONS = {
  k: { type: "integer", help: "Number of most likely tokens to choose from", default: 4, minimum: 1 },
  alpha: {
    type: "number",
    help: "Weight of the likeness to earlier hidden states against probability; 0 is greedy",
    default: 0.6,
    minimum: 0,
    maximum: 1,
  },
} as const satisfies Readonly<Record<keyof ContrastiveSearchOptions, PluginOption & OptionDefinition>>;

/**
 * Creates a decoder of contrastive search (Su et al. 2022, "A Contrastive Framework for Neural Text Generation", arXiv 2202.06417, eq. 5): of
 * the k most likely tokens v it takes the one with the largest (1 - alpha) p(v) - alpha max cos(h(v), h(x)), where h is the hidden state before
 * the last projection and x are all tokens before, those of the prompt included. Defaults are the paper's. It draws nothing. Ties go to the
 * likelier token, then to the lowest id. A token of probability 0 is never taken.
 *
 * Each token takes one pass over the k tokens as a tree where the model reads trees, else k passes in forks of the session. The model must
 * return hidden states (`loadModel(…, { hiddenStates: true })`) and fork its sessions; the decode throws InvalidOptionError if it cannot.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function contrastiveSearch(options: ContrastiveSearchOptions = {}): Decoder<"causal"> {
  const settings = resolveOptions<ContrastiveSearchOptions, typeof CONTRASTIVE_OPTIONS>("contrastiveSearch", options, CONTRASTIVE_OPTIONS);
  return defineDecoder({
    name: "contrastive",
    requires: ["causal"],
    capabilities: ["hiddenStates", "fork"],
    run: (context) => run(context, settings),
  });
}

interface Settings {
  readonly k: number;
  readonly alpha: number;
}

async function* run(context: DecodeContext<"causal">, { k, alpha }: Settings): AsyncGenerator<DecodeEvent, FinishReason, void> {
  checkCapabilities(context);
  const { capabilities, contextLength } = context.models.causal;
  let session = await context.openSession("causal");
  const logits = yield* session.forward(context.tokens, "prefill");
  const directions = new StateDirections();
  directions.append(statesOf(logits));
  let row = logits.row(0);
  for (;;) {
    const probabilities = softmax(row);
    const tokens = topK(probabilities, k).filter((token) => probabilities[token]! > 0);
    // A tree needs a position for each of its nodes.
    const fits = capabilities.tree && context.tokens.length + tokens.length <= contextLength;
    const candidates = yield* (fits ? readTree : readForks)(context, session, Int32Array.from(tokens));
    const scores = tokens.map((token, index) => {
      return (1 - alpha) * probabilities[token]! - alpha * directions.largestCosine(candidates.states, index);
    });
    const best = scores.indexOf(Math.max(...scores));
    const finishReason = yield* context.commit(Int32Array.of(tokens[best]!));
    if (finishReason) return finishReason;
    directions.append(candidates.states, best, best + 1);
    ({ row, session } = await candidates.take(best));
  }
}

/** @throws InvalidOptionError for a model that cannot tell or compare hidden states. */
function checkCapabilities({ models }: DecodeContext<"causal">): void {
  const { hiddenStates, fork } = models.causal.capabilities;
  const actual = "one that is not";
  const check = (isGiven: boolean | undefined, expected: string): void => {
    if (!isGiven) throw new InvalidOptionError({ where: "contrastiveSearch", option: "the causal model", expected, actual });
  };
  check(hiddenStates, "able to return hidden states (capabilities.hiddenStates; load it with the option hiddenStates)");
  check(fork, "able to fork its sessions (capabilities.fork)");
}
