import { countStatistics, type Decoder, type ModelSet, type TokenId } from "@decodekit/core";

/** The output of a decode and its cost. */
export interface MeasuredRun {
  readonly tokens: readonly TokenId[];
  readonly stopped: boolean;
  /** Passes of the target, see `DecodeStatistics.targetPasses`. */
  readonly passes: number;
  /** Number of tokens read by all passes. */
  readonly rows: number;
  /** See `DecodeStatistics.revisions`. */
  readonly revisions: number;
}

export interface RunLimits {
  readonly maxNewTokens: number;
  readonly stopTokens?: readonly TokenId[];
  readonly seed?: number;
}

export async function measuredRun(
  decoder: Decoder,
  models: Partial<ModelSet>,
  prompt: Int32Array,
  limits: RunLimits,
): Promise<MeasuredRun> {
  const tokens: TokenId[] = [];
  const counter = countStatistics({ maskTokenId: models.masked?.maskTokenId });
  let stopped = false;
  let rows = 0;
  for await (const event of decoder.decode(models as ModelSet, prompt, limits)) {
    counter.add(event, 0);
    if (event.type === "forward-end") rows += event.positions;
    else if (event.type === "tokens-commit") tokens.push(...event.tokens);
    else if (event.type === "decode-end") stopped = event.finishReason === "stop";
  }
  const { targetPasses, revisions } = counter.statistics();
  return { tokens, stopped, passes: targetPasses, rows, revisions };
}

/** The run of a text that no decoder wrote. */
export function withoutDecode(tokens: readonly TokenId[]): MeasuredRun {
  return { tokens, stopped: false, passes: 0, rows: 0, revisions: 0 };
}
