import { invalidAnswer } from "../../connection/answer-errors.ts";
import type { ServedRow } from "../../rows/served-row.ts";
import { AnswerValue } from "../answer-value.ts";
import { type ExpectedRow, servedRow } from "../served-row-of.ts";

/** The first token of a completion. */
export interface Completion {
  readonly row: ServedRow;
  /** Tokens of the prompt that were in a cache. */
  readonly reused: number;
}

/** What an answer needs to have of each completion. */
export const COMPLETION_FIELDS = ["index", "timings/cache_n", "completion_probabilities"] as const;

export interface Expected extends ExpectedRow {
  /** Number of prompts. */
  readonly count: number;
}

/**
 * Reads the answer to several prompts, in their order. The server answers one prompt with an object, several with an array.
 * @throws RemoteError "invalid-answer" if it is anything else.
 */
export function readCompletions(answer: unknown, source: string, expected: Expected): Completion[] {
  const { count } = expected;
  const value = new AnswerValue(answer, source);
  const items = value.isArray ? value.items() : [value];
  const completions = new Map(
    items.map((item) => [count === 1 ? 0 : item.member("index").integer(0, count - 1), completionOf(item, expected)]),
  );
  if (items.length !== count || completions.size !== count)
    throw invalidAnswer(source, `${completions.size} completions came for ${count} prompts`);
  return Array.from({ length: count }, (_, index) => completions.get(index)!);
}

function completionOf(item: AnswerValue, expected: Expected): Completion {
  const logits = item.member("completion_probabilities").item(0).member("top_logprobs").items();
  const reused = item.member("timings/cache_n");
  return {
    row: servedRow(
      logits.map((logit) => [logit.member("id").integer(0), logit.member("logprob")]),
      item,
      expected,
    ),
    reused: reused.isMissing ? 0 : reused.integer(0),
  };
}
