import type { DecodeEvent, FinishReason } from "./decoder.ts";
import type { GenerateResult, Generation } from "./generate.ts";
import type { LanguageModel } from "./language-model.ts";
import { countStatistics } from "./statistics.ts";
import { textOutput } from "./text-output.ts";

/** Runs a decode on demand, remembers its events and text, and shows them to any number of readers. */
export function sharedDecode(
  decode: () => AsyncGenerator<DecodeEvent, void, void>,
  { tokenizer, masked }: Pick<LanguageModel, "tokenizer" | "masked">,
  stopStrings: readonly string[],
): Generation {
  const events: DecodeEvent[] = [];
  const tokens: number[] = [];
  const counter = countStatistics({ maskTokenId: masked?.maskTokenId });
  const text = textOutput(tokenizer, stopStrings);
  let source: AsyncGenerator<DecodeEvent, void, void> | undefined;
  let step: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;
  let finishReason: FinishReason | undefined;
  let readers = 0;
  let result: Promise<GenerateResult> | undefined;

  const isOver = (): boolean => finishReason !== undefined || failure !== undefined;

  const finish = async (reason: FinishReason): Promise<void> => {
    await source?.return();
    finishReason = text.end() ? "stop" : reason;
    events.push({ type: "decode-end", finishReason });
  };

  const receive = async (): Promise<void> => {
    source ??= decode();
    const asked = performance.now();
    const next = await source.next();
    if (next.done) throw new Error("unreachable: a decoder ended without decode-end");
    const event = next.value;
    counter.add(event, performance.now() - asked);
    if (event.type === "decode-end") return finish(event.finishReason);
    events.push(event);
    if (event.type !== "tokens-commit") return;
    tokens.push(...event.tokens);
    if (text.commit(event.tokens)) await finish("stop");
  };

  /** One thing at a time: whoever asks for more while the decode moves on or ends waits for that. */
  const exclusively = (act: () => Promise<void>): Promise<void> => (step ??= settled(act));
  const settled = async (act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      failure = { error };
    } finally {
      step = undefined;
    }
  };

  const leave = async (): Promise<void> => {
    await step;
    if (readers === 0 && !result && !isOver()) await exclusively(() => finish("abort"));
  };

  async function* read<Item>(items: readonly Item[], refresh?: () => void): AsyncGenerator<Item, void, void> {
    readers++;
    try {
      for (let index = 0; ; index++) {
        refresh?.();
        while (index >= items.length && !isOver()) {
          await exclusively(receive);
          refresh?.();
        }
        if (index >= items.length) break;
        yield items[index]!;
      }
      if (failure) throw failure.error;
    } finally {
      readers--;
      await leave();
    }
  }

  const drain = async (): Promise<GenerateResult> => {
    while (!isOver()) await exclusively(receive);
    if (failure) throw failure.error;
    return { text: text.pieces.join(""), tokens: Int32Array.from(tokens), finishReason: finishReason!, statistics: counter.statistics() };
  };

  return {
    textStream: { [Symbol.asyncIterator]: () => read(text.pieces, () => text.spell()) },
    events: { [Symbol.asyncIterator]: () => read(events) },
    get result() {
      if (!result) {
        result = drain();
        // Whoever reads only a stream learns of the error there.
        result.catch(() => undefined);
      }
      return result;
    },
  };
}
