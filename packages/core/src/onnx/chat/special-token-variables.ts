import type { JsonFile } from "../json-file.ts";
import { tokenName } from "../model-config.ts";

/** The special tokens that templates may write, by the names that they have in `tokenizer_config.json`. */
const NAMES = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

/** Returns the names of a tokenizer's special tokens by their roles, such as `{ bos_token: "<s>" }`. */
export function specialTokenVariables(config: JsonFile | undefined): Readonly<Record<string, string>> {
  const entries = NAMES.map((name) => [name, tokenName(config?.values[name])] as const);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
}
