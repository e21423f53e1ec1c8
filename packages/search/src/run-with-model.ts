import {
  generate,
  type Decoder,
  type GenerateOptions,
  type GenerateResult,
  InvalidOptionError,
  type LanguageModel,
  type Prompt,
} from "@decodekit/core";

/** Options of `generate` that searches share. Stop strings are not among them: a search compares tokens, and knows no text. */
export type SearchGenerateOptions = Omit<GenerateOptions<"causal">, "decoder" | "draft" | "stopStrings" | "logProbabilities">;

const EXCLUDED: readonly (keyof GenerateOptions)[] = ["decoder", "draft", "stopStrings", "logProbabilities"];

/**
 * Runs a decoder of a search with `generate`.
 * @throws InvalidOptionError for an option of `generate` that searches do not have.
 * @throws the errors of `generate`.
 */
export function runWithModel(
  where: string,
  { model, prompt }: { readonly model: LanguageModel; readonly prompt: Prompt },
  options: SearchGenerateOptions & { readonly decoder: Decoder<"causal"> },
): Promise<GenerateResult> {
  for (const option of EXCLUDED) {
    const actual = (options as Partial<GenerateOptions>)[option];
    if (option === "decoder" || actual === undefined) continue;
    const expected = "left out: a search compares whole texts, as tokens";
    throw new InvalidOptionError({ where, option, expected, actual });
  }
  return generate(model, prompt, options).result;
}
