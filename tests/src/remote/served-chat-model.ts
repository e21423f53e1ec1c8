import type { Decoder, TokenId } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { collectDecode } from "@decodekit/core/testing";
import { greedy } from "@decodekit/greedy";
import type { RemoteModel } from "@decodekit/remote";
import { jacobi, lookahead, promptLookup, speculative, suffix } from "@decodekit/speculative";
import { topP } from "@decodekit/top-p";
import { expect, test } from "vitest";
import { KINDS } from "../real-model/kinds.ts";
import { folderOf } from "../real-model/present-kinds.ts";
import { PROMPTS } from "./prompts.ts";

export const MAX_NEW_TOKENS = 32;

/** SmolLM2-135M-Instruct in float32, the weights that the engines serve. */
export function loadLocal(): Promise<OnnxLanguageModel> {
  const kind = KINDS.find(({ name }) => name === "fp32")!;
  return loadModel(folderOf(kind), { execution: "native", modelFile: kind.modelFile });
}

export interface ServedChatModel {
  readonly model: RemoteModel;
  readonly local: OnnxLanguageModel;
  /** Returns the server's own greedy continuation of a prompt, at most MAX_NEW_TOKENS tokens. */
  readonly ownGreedy: (prompt: Int32Array) => Promise<readonly TokenId[]>;
  /** Gap of the two best log-probabilities, in nats, below which two texts may part. */
  readonly nearTie: number;
}

const DRAFTERS = { "prompt lookup": promptLookup, suffix, jacobi, lookahead } as const;

/**
 * Registers the tests of a served chat model: that greedy decoding and every drafter write the server's own greedy text, and greedy decoding
 * and top-p what they write on the local model, for `DECODEKIT_PROMPTS` of a hundred prompts. Texts may part at near ties, whose gaps are
 * printed.
 */
export function testServedChatModel({ model, local, ownGreedy, nearTie }: ServedChatModel): void {
  const prompts = PROMPTS.slice(0, Number(process.env["DECODEKIT_PROMPTS"] ?? PROMPTS.length)).map((messages) =>
    local.chat!.encode(messages),
  );
  const decoders: Readonly<Record<string, Decoder<"causal">>> = {
    greedy: greedy(),
    ...Object.fromEntries(Object.entries(DRAFTERS).map(([name, drafter]) => [name, speculative({ drafter: drafter() })])),
  };

  /** Returns the gap of the two best log-probabilities where two continuations of a prompt part; undefined if they are the same. */
  const gapWhereTheyPart = async (prompt: Int32Array, a: ArrayLike<TokenId>, b: ArrayLike<TokenId>): Promise<number | undefined> => {
    const length = Math.max(a.length, b.length);
    const index = Array.from({ length }, (_, place) => place).find((place) => a[place] !== b[place]);
    if (index === undefined) return undefined;
    await using session = await model.createSession();
    const logits = await session.forward(Int32Array.of(...prompt, ...Array.from(a).slice(0, index)), { reads: { top: 2 } });
    const [best, second] = logits.part!(0).logits;
    return best! - second!;
  };

  test.each(Object.keys(decoders))("%s writes the server's own greedy text", async (name) => {
    const before = model.usage();
    const gaps: number[] = [];
    let [passes, tokens] = [0, 0];
    for (const prompt of prompts) {
      const options = { maxNewTokens: MAX_NEW_TOKENS, stopTokens: local.stopTokens };
      const decode = await collectDecode(decoders[name]!.decode({ causal: model }, prompt, options));
      passes += decode.events.filter(({ type }) => type === "forward-end").length;
      tokens += decode.tokens.length;
      const own = await ownGreedy(prompt);
      const end = own.findIndex((token) => local.stopTokens.includes(token));
      const gap = await gapWhereTheyPart(prompt, decode.tokens, end < 0 ? own : own.slice(0, end));
      if (gap !== undefined) gaps.push(gap);
    }
    report(name, prompts.length, gaps, { passes, tokens, ...difference(before, model.usage()) });
    for (const gap of gaps) expect(gap).toBeLessThan(nearTie);
  });

  test.each([greedy(), topP({ p: 0.9, temperature: 0.7 })])("$name writes the local text", async (decoder) => {
    const gaps: number[] = [];
    for (const [seed, prompt] of prompts.entries()) {
      const options = { maxNewTokens: MAX_NEW_TOKENS, stopTokens: local.stopTokens, seed };
      const [here, there] = [
        await collectDecode(decoder.decode({ causal: local.causal }, prompt, options)),
        await collectDecode(decoder.decode({ causal: model }, prompt, options)),
      ];
      const gap = await gapWhereTheyPart(prompt, here.tokens, there.tokens);
      if (gap !== undefined) gaps.push(gap);
    }
    report(`${decoder.name}, local`, prompts.length, gaps, {});
    // A token that is drawn can differ where the bounds of its probability do, which is rarer than one in a hundred texts.
    if (decoder.name === "greedy") for (const gap of gaps) expect(gap).toBeLessThan(nearTie);
    else expect(gaps.length).toBeLessThanOrEqual(Math.max(1, prompts.length / 50));
  });
}

type Usage = ReturnType<RemoteModel["usage"]>;

function difference(before: Usage, after: Usage): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(after).map(([name, value]) => [name, Number(value) - Number(before[name as keyof Usage])]));
}

function report(name: string, count: number, gaps: readonly number[], figures: Readonly<Record<string, number>>): void {
  const parted = gaps.length === 0 ? "" : `, others part at gaps of ${gaps.map((gap) => gap.toPrecision(2)).join(", ")} nats`;
  console.log(`${name}: ${count - gaps.length} of ${count} texts are the same${parted}`, figures);
}
