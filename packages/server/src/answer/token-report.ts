import type { TokenId, Tokenizer, TokensCommitEvent } from "@decodekit/core";

/** A token and its log-probability: NaN where the decoder knows none. */
export interface ReportedToken {
  readonly token: TokenId;
  readonly logProbability: number;
  /** The most likely tokens at its place, in descending order. */
  readonly alternatives: readonly Omit<ReportedToken, "alternatives">[];
}

/** Returns the tokens of a commit, with what `generate({ logProbabilities })` tells of them. */
export function reportedTokens({ tokens, logProbabilities, alternatives }: TokensCommitEvent): readonly ReportedToken[] {
  const count = alternatives ? alternatives.tokens.length / tokens.length : 0;
  return Array.from(tokens, (token, place) => ({
    token,
    logProbability: logProbabilities?.[place] ?? NaN,
    alternatives: Array.from({ length: count }, (_, rank) => ({
      token: alternatives!.tokens[place * count + rank]!,
      logProbability: alternatives!.logProbabilities[place * count + rank]!,
    })).filter((each) => each.token >= 0),
  }));
}

/** What the API says for a probability of 0, since JSON has no infinity. */
const IMPOSSIBLE = -9999;

function asJson(logProbability: number): number | null {
  if (Number.isNaN(logProbability)) return null;
  return logProbability === -Infinity ? IMPOSSIBLE : logProbability;
}

/** Returns a token as text: what it adds to a text if that is whole characters, else as it is shown. */
function textOf(tokenizer: Tokenizer, token: TokenId): string {
  const bytes = tokenizer.tokenBytes?.(token);
  if (!bytes) return tokenizer.tokenText(token);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return tokenizer.tokenText(token);
  }
}

/** A token in the form of chats; `bytes`: null where the tokenizer does not tell, and for a special token. */
interface ChatToken {
  readonly token: string;
  readonly logprob: number | null;
  readonly bytes: readonly number[] | null;
}

export interface ChatLogProbabilities {
  readonly content: readonly (ChatToken & { readonly top_logprobs: readonly ChatToken[] })[];
  readonly refusal: null;
}

/** Returns `choices[].logprobs` of a chat. */
export function chatLogProbabilities(tokenizer: Tokenizer, tokens: readonly ReportedToken[]): ChatLogProbabilities {
  const shown = ({ token, logProbability }: Omit<ReportedToken, "alternatives">): ChatToken => {
    const bytes = tokenizer.tokenBytes?.(token);
    return { token: textOf(tokenizer, token), logprob: asJson(logProbability), bytes: bytes ? [...bytes] : null };
  };
  const content = tokens.map((each) => ({ ...shown(each), top_logprobs: each.alternatives.map(shown) }));
  return { content, refusal: null };
}

export interface CompletionLogProbabilities {
  readonly tokens: readonly string[];
  readonly token_logprobs: readonly (number | null)[];
  readonly top_logprobs: readonly (Readonly<Record<string, number | null>> | null)[];
  /** Where each token begins in the text of the choice, in UTF-16 units. */
  readonly text_offset: readonly number[];
}

/** Returns `choices[].logprobs` of a completion whose tokens begin at `offset` of its text. */
export function completionLogProbabilities(
  tokenizer: Tokenizer,
  tokens: readonly ReportedToken[],
  offset: number,
): CompletionLogProbabilities {
  const texts = tokens.map(({ token }) => textOf(tokenizer, token));
  let end = offset;
  const offsets = tokens.map(({ token }, place) => {
    const start = end;
    // A special token has a name, and adds nothing to the text.
    const isText = !tokenizer.tokenBytes || tokenizer.tokenBytes(token) !== undefined;
    if (isText) end += texts[place]!.length;
    return start;
  });
  // Several tokens can have one text: the most likely one comes first and stays.
  const top = ({ alternatives }: ReportedToken): Readonly<Record<string, number | null>> | null =>
    alternatives.length === 0
      ? null
      : Object.fromEntries(
          alternatives.toReversed().map(({ token, logProbability }) => [textOf(tokenizer, token), asJson(logProbability)]),
        );
  return {
    tokens: texts,
    token_logprobs: tokens.map(({ logProbability }) => asJson(logProbability)),
    top_logprobs: tokens.map(top),
    text_offset: offsets,
  };
}
