import type { DecodeEvent, TokensCommitEvent } from "../contracts/decoder.ts";
import type { TokenId } from "../contracts/model.ts";
import type { RecordedRows } from "../decorate/record-rows.ts";
import { logSumExp } from "../sampling/softmax.ts";
import { topK } from "../sampling/top-k.ts";
import type { GrowingSequence } from "../tokens/growing-sequence.ts";

const MAX_TOP_K = 64;

/** What `generate({ logProbabilities })` adds to a commit. */
type LogProbabilities = Pick<TokensCommitEvent, "logProbabilities" | "alternatives">;

/** Returns the event with the log-probabilities of its tokens and their `count` alternatives. Appends the tokens to `sequence`. */
export function withLogProbabilities(
  event: TokensCommitEvent,
  rows: RecordedRows,
  { count, sequence }: { readonly count: number; readonly sequence: GrowingSequence },
): TokensCommitEvent {
  const logProbabilities = new Float32Array(event.tokens.length).fill(NaN);
  const alternatives = {
    tokens: new Int32Array(event.tokens.length * count).fill(-1),
    logProbabilities: new Float32Array(event.tokens.length * count).fill(NaN),
  };
  for (const [place, token] of event.tokens.entries()) {
    const row = rows.rowAfter(sequence.tokens);
    sequence.append([token]);
    if (!row) continue;
    const normaliser = logSumExp(row);
    logProbabilities[place] = row[token]! - normaliser;
    const start = place * count;
    alternatives.logProbabilities.fill(-Infinity, start, start + count);
    for (const [rank, likely] of likeliest(row, count).entries()) {
      alternatives.tokens[start + rank] = likely;
      alternatives.logProbabilities[start + rank] = row[likely]! - normaliser;
    }
  }
  rows.commit(sequence.tokens);
  return { ...event, logProbabilities, ...(count > 0 && { alternatives }) };
}

/** Like `topK`, which takes the product of vocabulary and `count` for large counts. */
function likeliest(row: Float32Array, count: number): readonly TokenId[] {
  if (count === 0) return [];
  if (count <= MAX_TOP_K) return topK(row, count);
  const possible = Array.from(row.keys()).filter((token) => row[token] !== -Infinity);
  return possible.toSorted((a, b) => row[b]! - row[a]! || a - b).slice(0, count);
}

/** Joins the log-probabilities of all commits among `events`. */
export function gatherLogProbabilities(events: readonly DecodeEvent[], count: number): LogProbabilities {
  const commits = events.filter((event) => event.type === "tokens-commit");
  const logProbabilities = Float32Array.from(commits.flatMap((event) => [...event.logProbabilities!]));
  if (count === 0) return { logProbabilities };
  const alternatives = {
    tokens: Int32Array.from(commits.flatMap((event) => [...event.alternatives!.tokens])),
    logProbabilities: Float32Array.from(commits.flatMap((event) => [...event.alternatives!.logProbabilities])),
  };
  return { logProbabilities, alternatives };
}
