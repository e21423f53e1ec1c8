/** Prompts that every lane continues. */
export interface PromptSet {
  /** Name of a built-in set or of a file. */
  readonly name: string;
  /** At least one. */
  readonly prompts: readonly string[];
}

export const MAX_PROMPTS = 200;
export const MAX_FILE_BYTES = 1_000_000;
