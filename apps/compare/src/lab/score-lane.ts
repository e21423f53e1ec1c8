import type { CausalModel, Sampler, TokenId } from "@decodekit/core";
import { foldLane } from "../trace/fold.ts";
import type { LaneTrace, TokenScore } from "../trace/trace.ts";
import { outputOf } from "./lane-figures.ts";
import { scoreTokens } from "./score-tokens.ts";

export interface ScoreLaneOptions {
  /** Of a decoder that has not been used: see `scoreTokens`. */
  readonly sampler: Sampler | undefined;
  readonly maskTokenId: TokenId | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Scores the output of a lane, which follows `prompt`, the tokens of the run's prompt. Rejects with `signal.reason` once aborted. */
export function scoreLane(
  model: CausalModel,
  prompt: ArrayLike<number>,
  { start = [], events }: Pick<LaneTrace, "start" | "events">,
  { sampler, maskTokenId, signal }: ScoreLaneOptions,
): Promise<TokenScore[]> {
  const { undone } = foldLane(events, maskTokenId, { start });
  const shown = new Map([...undone].map(([position, tokens]) => [position, [...new Set(tokens.map(({ token }) => token))]]));
  return scoreTokens(model, prompt, outputOf({ start, events }), { sampler, given: start.length, shown, signal });
}

/** The tokens whose texts a lane's scores show. */
export function scoredTokens(scores: readonly TokenScore[]): TokenId[] {
  return scores.flatMap(({ candidates }) => candidates.map(({ token }) => token));
}
