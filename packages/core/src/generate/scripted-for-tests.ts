import { autoregressive } from "../decode/autoregressive.ts";
import type { Decoder, TokensCommitEvent } from "../contracts/decoder.ts";
import { generate } from "./generate.ts";
import type { GenerateResult, Generation } from "./generation.ts";
import type { GenerateOptions } from "./generate-options.ts";
import { greedySampler } from "../sampling/greedy-sampler.ts";
import type { LanguageModel } from "../contracts/language-model.ts";
import { defineDecoder } from "../decode/define-decoder.ts";
import { byteTokenizer } from "../testing/byte-tokenizer.ts";
import type { TestModel } from "../testing/memory-model.ts";
import { tableModel } from "../testing/table-model.ts";

export const tokenizer = byteTokenizer();
export const PROMPT = "Say: ";
const PROMPT_LENGTH = 1 + PROMPT.length;

/** A model that continues every prompt of length `promptLength` with `text` and then ends. */
export function scripted(text: string, promptLength = PROMPT_LENGTH): LanguageModel & { readonly causal: TestModel } {
  const script = [...tokenizer.encode(text).subarray(1), tokenizer.endToken];
  const causal = tableModel({
    vocabSize: tokenizer.vocabSize,
    probabilities: (prefix) =>
      Array.from({ length: tokenizer.vocabSize }, (_, token) => (token === script[(prefix.length - promptLength) % script.length] ? 1 : 0)),
    contextLength: 256,
  });
  return { name: "scripted", causal, tokenizer, stopTokens: [tokenizer.endToken] };
}

/** Greedy decoding that commits `size` tokens at a time. */
export function inChunks(size: number): Decoder<"causal"> {
  return defineDecoder({
    name: "chunks",
    requires: ["causal"],
    async *run(context) {
      const target = await context.openSession("causal");
      const tokens: number[] = [];
      for (let input = context.tokens; ;) {
        input = Int32Array.of(greedySampler.pick(Float64Array.from((yield* target.forward(input, "decode")).row(0)), context.random));
        tokens.push(input[0]!);
        if (tokens.length < size && tokens.length < context.remaining) continue;
        const finishReason = yield* context.commit(Int32Array.from(tokens.splice(0)));
        if (finishReason) return finishReason;
      }
    },
  });
}

/** Returns the commits of a generation. */
export async function committedBy({ events }: Generation): Promise<readonly TokensCommitEvent[]> {
  return (await read(events)).filter((event): event is TokensCommitEvent => event.type === "tokens-commit");
}

export const decoder = autoregressive({ name: "greedy", sampler: greedySampler });

export async function read<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export function resultOf(model: LanguageModel, options: Partial<GenerateOptions<"causal">> = {}): Promise<GenerateResult> {
  return generate(model, PROMPT, { decoder, ...options }).result;
}
