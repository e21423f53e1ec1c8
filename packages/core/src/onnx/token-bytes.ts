import type { Tokenizer } from "../contracts/tokenizer.ts";
import type { TokenId } from "../contracts/model.ts";
import { byteLevelBytes, decoderSteps, replacing, type Vocabulary } from "./token-text.ts";

/** Steps of a decoder that read each token by itself, but for the space at the beginning of a text. */
const STEPS_BY_TOKEN = new Set(["ByteLevel", "ByteFallback", "Replace", "Metaspace", "Fuse", "Strip"]);

/**
 * Returns `Tokenizer.tokenBytes` for a vocabulary, or undefined if its decoder joins tokens by their neighbours; `file`: the content of its
 * `tokenizer.json`.
 */
export function tokenBytes(
  file: Readonly<Record<string, unknown>>,
  vocabulary: Vocabulary & { isSpecial(token: TokenId): boolean },
): Tokenizer["tokenBytes"] {
  const steps = decoderSteps(file);
  if (!steps.every(({ type }) => STEPS_BY_TOKEN.has(type ?? ""))) return undefined;
  const has = (name: string): boolean => steps.some(({ type }) => type === name);
  const [isByteLevel, hasByteTokens, replace] = [has("ByteLevel"), has("ByteFallback"), replacing(steps)];
  const encoder = new TextEncoder();
  return (token) => {
    const spelled = vocabulary.spelling(token);
    if (spelled === undefined || vocabulary.isSpecial(token)) return undefined;
    if (vocabulary.isAdded(token)) return encoder.encode(spelled);
    const byte = hasByteTokens ? /^<0x([0-9A-Fa-f]{2})>$/.exec(spelled) : null;
    if (byte) return Uint8Array.of(Number.parseInt(byte[1]!, 16));
    return (isByteLevel && byteLevelBytes(spelled)) || encoder.encode(isByteLevel ? spelled : replace(spelled));
  };
}
