import type { TokenId } from "../contracts/model.ts";
import { InvalidOptionError } from "../errors.ts";

/** @throws InvalidOptionError if a token is not an integer in [0, vocabSize). */
export function checkTokens(where: string, option: string, tokens: ArrayLike<TokenId>, vocabSize: number): void {
  for (let index = 0; index < tokens.length; index++) {
    const actual = tokens[index]!;
    if (Number.isInteger(actual) && actual >= 0 && actual < vocabSize) continue;
    throw new InvalidOptionError({ where, option: `${option}[${index}]`, expected: `a token id in [0, ${vocabSize})`, actual });
  }
}
