import type { TokenId } from "../contracts/model.ts";
import type { Tokenizer } from "../contracts/tokenizer.ts";
import { InvalidOptionError, ModelLoadError } from "../errors.ts";
import { isToken, maskTokenIn, tokenName } from "./model-config.ts";
import type { ModelFileContents } from "./model-files.ts";

/** Names that special tokens for an unknown token have. */
const USUAL_NAMES = ["[MASK]", "<mask>", "<|mask|>", "<|mdm_mask|>", "<MASK>", "<|MASK|>"];

/** What tells the mask token of a model. */
export interface MaskTokenSources {
  /** The option of the caller, a name or an id. */
  readonly option: string | TokenId | undefined;
  readonly files: Pick<ModelFileContents, "config" | "tokenizer" | "tokenizerConfig">;
  readonly tokenizer: Tokenizer;
  readonly vocabSize: number;
}

/**
 * Returns the token that stands for an unknown one: the caller's, else `mask_token_id` of config.json, else `mask_token` of
 * tokenizer_config.json, else a special token with a usual name.
 * @throws InvalidOptionError if the caller's is not a token of the model.
 * @throws ModelLoadError if the files name none, or one that the model does not have.
 */
export function findMaskToken({ option, files, tokenizer, vocabSize }: MaskTokenSources): TokenId {
  const { config, tokenizerConfig } = files;
  const idOf = (name: string): TokenId | undefined => {
    const token = tokenOf(tokenizer, name);
    return isToken(token, vocabSize) ? token : undefined;
  };
  if (option !== undefined) {
    const token = typeof option === "string" ? idOf(option) : option;
    if (isToken(token, vocabSize)) return token;
    const expected = `a token id in [0, ${vocabSize}), or the name of a token, such as "[MASK]"`;
    throw new InvalidOptionError({ where: "loadMaskedModel", option: "maskToken", expected, actual: option });
  }
  if ((config.values["mask_token_id"] ?? undefined) !== undefined) return maskTokenIn(config, vocabSize);
  const named = tokenName(tokenizerConfig?.values["mask_token"]);
  const token = named === undefined ? USUAL_NAMES.map(idOf).find((each) => each !== undefined) : idOf(named);
  if (token !== undefined) return token;
  throw named === undefined
    ? new ModelLoadError(files.tokenizer.source, `has no mask token (none of ${USUAL_NAMES.join(", ")}). Pass its name or id as maskToken.`)
    : new ModelLoadError(
        tokenizerConfig!.source,
        `mask_token is ${JSON.stringify(named)}, which is not a token of the model. Pass its id as maskToken.`,
      );
}

/** Returns the id of the token `name`, or undefined if the vocabulary has none. */
function tokenOf(tokenizer: Tokenizer, name: string): TokenId | undefined {
  const special = tokenizer.specialTokens?.get(name);
  if (special !== undefined) return special;
  const [token, ...others] = tokenizer.encode(name, { addSpecialTokens: false });
  return token !== undefined && others.length === 0 && tokenizer.tokenText(token) === name ? token : undefined;
}
