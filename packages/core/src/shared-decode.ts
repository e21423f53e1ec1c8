import type { DecodeEvent, DraftVerifyEvent, FinishReason, TokensCommitEvent } from "./decoder.ts";
import { turnIfDue } from "./event-loop.ts";
import type { GenerateResult, Generation } from "./generate.ts";
import type { LanguageModel } from "./language-model.ts";
import { countStatistics } from "./statistics.ts";
import { textOutput, type TextOutputOptions } from "./text-output.ts";

/** A decode to share, and what its tokens mean. */
export interface DecodeSource extends TextOutputOptions {
  readonly decode: () => AsyncGenerator<DecodeEvent, void, void>;
  readonly model: Pick<LanguageModel, "tokenizer" | "masked">;
}

/** Runs a decode on demand, remembers its events and text, and shows them to any number of readers. */
export function sharedDecode({ decode, model: { tokenizer, masked }, ...textOptions }: DecodeSource): Generation {
  const events: DecodeEvent[] = [];
  const tokens: number[] = [];
  const counter = countStatistics({ maskTokenId: masked?.maskTokenId });
  const text = textOutput(tokenizer, textOptions);
  let source: AsyncGenerator<DecodeEvent, void, void> | undefined;
  let step: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;
  let finishReason: FinishReason | undefined;
  // Waits for the commit that it comes before: a stop string may cut that.
  let verified: { readonly event: DraftVerifyEvent; readonly milliseconds: number } | undefined;
  let readers = 0;
  let result: Promise<GenerateResult> | undefined;

  const isOver = (): boolean => finishReason !== undefined || failure !== undefined;

  const add = (event: DecodeEvent, milliseconds: number): void => {
    counter.add(event, milliseconds);
    events.push(event);
  };
  const addVerified = (textEnd = Infinity): void => {
    if (!verified) return;
    const { event, milliseconds } = verified;
    add({ ...event, accepted: Math.max(0, Math.min(event.accepted, textEnd - event.start)) }, milliseconds);
    verified = undefined;
  };
  const finish = async (reason: FinishReason, milliseconds = 0): Promise<void> => {
    await source?.return();
    addVerified();
    finishReason = text.end() ? "stop" : reason;
    add({ type: "decode-end", finishReason }, milliseconds);
  };
  const commit = async (event: TokensCommitEvent, milliseconds: number): Promise<void> => {
    const count = text.commit(event.tokens);
    addVerified(event.start + (count ?? Infinity));
    const committed = count === undefined ? event : firstTokens(event, count);
    add(committed, milliseconds);
    tokens.push(...committed.tokens);
    if (count !== undefined) await finish("stop");
  };

  const receive = async (): Promise<void> => {
    const turn = turnIfDue();
    if (turn) await turn;
    source ??= decode();
    const asked = performance.now();
    const next = await source.next();
    if (next.done) throw new Error("unreachable: a decoder ended without decode-end");
    const event = next.value;
    const milliseconds = performance.now() - asked;
    if (event.type === "decode-end") return finish(event.finishReason, milliseconds);
    if (event.type === "tokens-commit") return commit(event, milliseconds);
    addVerified();
    if (event.type === "draft-verify" && textOptions.stopStrings.length > 0) verified = { event, milliseconds };
    else add(event, milliseconds);
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
    textStream: { [Symbol.asyncIterator]: () => read(text.pieces, () => text.update()) },
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

/** A commit of only the first `count` of its tokens. */
function firstTokens(event: TokensCommitEvent, count: number): TokensCommitEvent {
  if (count === event.tokens.length) return event;
  const { logProbabilities } = event;
  return {
    ...event,
    tokens: event.tokens.subarray(0, count),
    ...(logProbabilities && { logProbabilities: logProbabilities.subarray(0, count) }),
  };
}
