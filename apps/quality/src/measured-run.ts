import { type DecodeEvent, type Decoder, type ModelSet, type TokenId } from "@decodekit/core";

/** What a decode gave and what it took. */
export interface MeasuredRun {
  readonly tokens: readonly TokenId[];
  readonly stopped: boolean;
  /** All passes of all models, prefill and drafts included. */
  readonly passes: number;
  /** Tokens that those passes read. */
  readonly rows: number;
  /** Times that a shown token was replaced. */
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
  const shown = new Map<number, TokenId>();
  const run = { stopped: false, passes: 0, rows: 0, revisions: 0 };
  const show = (start: number, news: Int32Array): void => {
    for (const [offset, token] of news.entries()) {
      const before = shown.get(start + offset);
      if (before !== undefined && before !== token && before !== models.masked?.maskTokenId) run.revisions++;
      shown.set(start + offset, token);
    }
  };
  const take = (event: DecodeEvent): void => {
    if (event.type === "forward-end") {
      run.passes++;
      run.rows += event.positions;
    } else if (event.type === "tokens-propose") show(event.start, event.tokens);
    else if (event.type === "draft-verify") shown.clear();
    else if (event.type === "tokens-commit") {
      show(event.start, event.tokens);
      tokens.push(...event.tokens);
    } else if (event.type === "decode-end") run.stopped = event.finishReason === "stop";
  };
  for await (const event of decoder.decode(models as ModelSet, prompt, limits)) take(event);
  return { ...run, tokens };
}
