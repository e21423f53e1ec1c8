import type { TokenId } from "@decodekit/core";

/** Knows the runs of tokens that a text holds already. */
export interface Repetition {
  /** Told the tokens that were committed. */
  observe(tokens: ArrayLike<TokenId>): void;
  /** Whether `path`, shape (n,), n >= 1, after the text ends in four tokens that the text holds already. */
  completedBy(path: readonly TokenId[]): boolean;
}

const RUN = 4;

export function repetition(): Repetition {
  const text: TokenId[] = [];
  const runs = new Set<string>();
  return {
    observe(tokens) {
      for (let index = 0; index < tokens.length; index++) {
        text.push(tokens[index]!);
        if (text.length >= RUN) runs.add(text.slice(-RUN).join());
      }
    },
    completedBy(path) {
      const before = Math.max(0, RUN - path.length);
      return runs.has([...(before > 0 ? text.slice(-before) : []), ...path.slice(-RUN)].join());
    },
  };
}
