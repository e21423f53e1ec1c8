import type {
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  SharedV4ProviderMetadata,
} from "@ai-sdk/provider";
import { PROVIDER } from "./provider-options.ts";
import { usageOf } from "./finish-metadata.ts";

/** Reads the parts of a call to their end. @throws the error of the decode. */
export async function resultOf(parts: AsyncIterable<LanguageModelV4StreamPart>): Promise<LanguageModelV4GenerateResult> {
  const content: LanguageModelV4Content[] = [];
  const known: Partial<LanguageModelV4GenerateResult> = {};
  for await (const part of parts) {
    switch (part.type) {
      case "stream-start":
        known.warnings = part.warnings;
        break;
      case "response-metadata":
        known.response = partOf(part);
        break;
      case "text-start":
      case "reasoning-start":
        content.push({ type: part.type === "text-start" ? "text" : "reasoning", text: "" });
        break;
      case "text-delta":
      case "reasoning-delta":
        content.push(longer(content.pop(), part));
        break;
      case "tool-call":
        content.push(part);
        break;
      case "error":
        throw part.error;
      case "finish":
        Object.assign(known, partOf(part));
        break;
      default:
    }
  }
  return { content, finishReason: { unified: "other", raw: undefined }, usage: usageOf(), warnings: [], ...known };
}

function partOf<Part extends LanguageModelV4StreamPart>(part: Part): Omit<Part, "type"> {
  const { type: _, ...rest } = part;
  return rest;
}

type Delta = Extract<LanguageModelV4StreamPart, { type: "text-delta" | "reasoning-delta" }>;

/** Returns a text with a delta, and with the metadata of all its tokens. */
function longer(content: LanguageModelV4Content | undefined, { delta, providerMetadata }: Delta): LanguageModelV4Content {
  if (content?.type !== "text" && content?.type !== "reasoning") throw new Error("unreachable: a delta outside its block");
  const text = content.text + delta;
  if (!providerMetadata) return { ...content, text };
  const [before, more] = [content.providerMetadata, providerMetadata].map(tokensOf);
  return { ...content, text, providerMetadata: { [PROVIDER]: { logProbabilities: [...before!, ...more!] } } };
}

type JsonValue = NonNullable<SharedV4ProviderMetadata[string][string]>;

function tokensOf(metadata: SharedV4ProviderMetadata | undefined): readonly JsonValue[] {
  return (metadata?.[PROVIDER]?.["logProbabilities"] ?? []) as readonly JsonValue[];
}
