import type { Tokenizer, TokensCommitEvent } from "@decodekit/core";
import type { TokenLogProbability } from "./reply-part.ts";

/** Returns what each token of a commit was chosen from; undefined if that was not asked for. */
export function logProbabilitiesOf(event: TokensCommitEvent, tokenizer: Tokenizer): readonly TokenLogProbability[] | undefined {
  const { tokens, logProbabilities, alternatives } = event;
  if (!logProbabilities) return undefined;
  const described = (token: number, logProbability: number): Omit<TokenLogProbability, "alternatives"> => {
    const bytes = tokenizer.tokenBytes?.(token);
    return { token, text: tokenizer.tokenText(token), logProbability, ...(bytes && { bytes }) };
  };
  const count = alternatives ? alternatives.tokens.length / tokens.length : 0;
  return Array.from(tokens, (token, index) => {
    const places = Array.from({ length: count }, (_, place) => index * count + place);
    const others = places.filter((place) => alternatives!.tokens[place]! >= 0);
    return {
      ...described(token, logProbabilities[index]!),
      alternatives: others.map((place) => described(alternatives!.tokens[place]!, alternatives!.logProbabilities[place]!)),
    };
  });
}
