/** What a package can be, with the line that the question shows. */
export const KINDS = {
  decoder: "a strategy of its own",
  drafter: "guesses tokens for speculative decoding",
  selection: "chooses which positions of a canvas are committed",
  revision: "takes committed positions of a canvas back",
  processor: "edits the logits before any decoder sees them",
  model: "anything that returns logits for tokens",
} as const satisfies Readonly<Record<string, string>>;

export type Kind = keyof typeof KINDS;

/** Packages that the strategy itself imports, besides core. */
export const STRATEGY_OF: Readonly<Record<Kind, string | undefined>> = {
  decoder: undefined,
  drafter: "@decodekit/speculative",
  selection: "@decodekit/refinement",
  revision: "@decodekit/refinement",
  processor: undefined,
  model: undefined,
};
