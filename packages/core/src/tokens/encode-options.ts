import type { EncodeOptions } from "../contracts/tokenizer.ts";
import { type OptionDefinition, resolveOptions } from "../options.ts";

const OPTIONS = {
  addSpecialTokens: { type: "boolean", default: true, help: "Whether to add the special tokens around a text" },
  specialTokens: { type: "string", choices: ["parse", "literal"], default: "parse", help: "What the name of a special token stands for" },
} as const satisfies Readonly<Record<keyof EncodeOptions, OptionDefinition>>;

/** Checks the options of `Tokenizer.encode` and fills in defaults. @throws InvalidOptionError for an unknown or invalid option. */
export function resolveEncodeOptions(options: EncodeOptions = {}): {
  readonly addSpecialTokens: boolean;
  readonly specialTokens: NonNullable<EncodeOptions["specialTokens"]>;
} {
  const { addSpecialTokens, specialTokens } = resolveOptions("encode", options, OPTIONS);
  return { addSpecialTokens, specialTokens };
}
