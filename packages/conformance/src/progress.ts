/** The progress of a decode, for explaining a failure. */
export interface Progress {
  readonly prompt: readonly number[];
  /** Committed tokens. */
  readonly tokens: readonly number[];
  /** Maximum number of tokens that may be committed. */
  readonly limit: number;
  /** Each commit, with the number of rows of logits computed before it. */
  readonly commits: readonly { readonly readsBefore: number; readonly tokens: readonly number[] }[];
  /** Number of rows that earlier decodes on the same models computed. */
  readonly firstRead: number;
}
