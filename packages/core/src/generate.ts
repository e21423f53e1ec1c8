import type { DecodeEvent, DecodeOptions, Decoder, FinishReason } from "./decoder.ts";
import { InvalidOptionError, MissingModelError } from "./errors.ts";
import type { LanguageModel } from "./language-model.ts";
import type { ModelRole, ModelSet } from "./model.ts";
import { countStatistics, type DecodeStatistics } from "./statistics.ts";
import { stopStringFilter } from "./stop-strings.ts";
import { incrementalText } from "./text-decoder.ts";

export interface GenerateOptions<Role extends ModelRole = ModelRole> extends Omit<DecodeOptions, "maxNewTokens"> {
  readonly decoder: Decoder<Role>;
  /** Most tokens to commit. @defaultValue 128 */
  readonly maxNewTokens?: number | undefined;
  /** Tokens that end the text, in place of the model's own. @defaultValue model.stopTokens */
  readonly stopTokens?: DecodeOptions["stopTokens"];
  /** Strings that end the text; neither they nor what follows is part of it. @defaultValue [] */
  readonly stopStrings?: readonly string[] | undefined;
  /** The cheaper model for decoders that require "draft". @defaultValue model.draft */
  readonly draft?: Pick<LanguageModel, "causal"> | undefined;
}

export interface GenerateResult {
  /** The whole output as text. */
  readonly text: string;
  /** Committed tokens, shape (n,). When a stop string ended the text, the tokens that spell it are among them. */
  readonly tokens: Int32Array;
  readonly finishReason: FinishReason;
  readonly statistics: DecodeStatistics;
}

/**
 * One decode, seen three ways. Nothing runs until one of them is read; all of them see the whole decode, whenever they
 * are read. Reading `result` runs it to the end; when the last reader of a stream leaves early and nobody asked for
 * `result`, the decode ends with finish reason "abort".
 */
export interface Generation {
  /** Text of the committed tokens, in pieces that together are `result.text`. Never splits a character. */
  readonly textStream: AsyncIterable<string>;
  readonly events: AsyncIterable<DecodeEvent>;
  readonly result: Promise<GenerateResult>;
}

/**
 * Decodes a continuation of `prompt`: text, or tokens of shape (n,).
 * Errors of the decoder reach every reader; see `Decoder.decode`.
 * @throws InvalidOptionError for a wrong stop string. @throws MissingModelError when `decoder` requires a model that is not there.
 */
export function generate<Role extends ModelRole>(
  model: LanguageModel,
  prompt: string | Int32Array,
  options: GenerateOptions<Role>,
): Generation {
  const { decoder, stopStrings = [], draft, maxNewTokens = 128, stopTokens = model.stopTokens, ...rest } = options;
  if (stopStrings.some((stop) => typeof stop !== "string" || stop.length === 0)) {
    throw new InvalidOptionError({
      where: "generate",
      option: "stopStrings",
      expected: "strings of at least 1 character",
      actual: stopStrings,
    });
  }
  const models = modelsFor(decoder, model, draft);
  const promptTokens = typeof prompt === "string" ? model.tokenizer.encode(prompt) : prompt;
  const decode = (): AsyncGenerator<DecodeEvent, void, void> => decoder.decode(models, promptTokens, { ...rest, maxNewTokens, stopTokens });
  return sharedDecode(decode, model, stopStrings);
}

function modelsFor<Role extends ModelRole>(
  decoder: Decoder<Role>,
  model: LanguageModel,
  draft: Pick<LanguageModel, "causal"> | undefined,
): Pick<ModelSet, Role> {
  const models: Partial<ModelSet> = { ...pick(model), ...(draft?.causal && { draft: draft.causal }) };
  for (const role of decoder.requires) {
    if (!models[role]) throw new MissingModelError(decoder.name, role);
  }
  return models as Pick<ModelSet, Role>;
}

function pick({ causal, masked, draft }: LanguageModel): Partial<ModelSet> {
  return { ...(causal && { causal }), ...(masked && { masked }), ...(draft && { draft }) };
}

/** Runs the decode on demand, remembers its events and text, and shows them to any number of readers. */
function sharedDecode(
  decode: () => AsyncGenerator<DecodeEvent, void, void>,
  model: LanguageModel,
  stopStrings: readonly string[],
): Generation {
  const events: DecodeEvent[] = [];
  const texts: string[] = [];
  const tokens: number[] = [];
  const counter = countStatistics({ maskTokenId: model.masked?.maskTokenId });
  const text = incrementalText(model.tokenizer);
  const filter = stopStringFilter(stopStrings);
  let source: AsyncGenerator<DecodeEvent, void, void> | undefined;
  let step: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;
  let finishReason: FinishReason | undefined;
  let readers = 0;
  let result: Promise<GenerateResult> | undefined;

  const show = (piece: string): void => {
    if (piece !== "") texts.push(piece);
  };

  const finish = (reason: FinishReason, stoppedByString = false): void => {
    if (!stoppedByString) {
      const last = filter.push(text.end());
      show(last.text);
      if (last.stopped) reason = "stop";
      else show(filter.end());
    }
    finishReason = reason;
    events.push({ type: "decode-end", finishReason: reason });
  };

  const receive = async (): Promise<void> => {
    source ??= decode();
    const asked = performance.now();
    const next = await source.next();
    if (next.done) throw new Error("unreachable: a decoder ended without decode-end");
    const event = next.value;
    counter.add(event, performance.now() - asked);
    if (event.type === "decode-end") {
      await source.return();
      return finish(event.finishReason);
    }
    events.push(event);
    if (event.type !== "tokens-commit") return;
    tokens.push(...event.tokens);
    const piece = filter.push(text.push(event.tokens));
    show(piece.text);
    if (!piece.stopped) return;
    await source.return();
    finish("stop", true);
  };

  const end = async (): Promise<void> => {
    await source?.return();
    finish("abort");
  };

  /** One thing at a time: whoever asks for more while the decode moves on or ends waits for that. */
  const exclusively = (act: () => Promise<void>): Promise<void> =>
    (step ??= act()
      .catch((error: unknown) => void (failure = { error }))
      .finally(() => (step = undefined)));

  const leave = async (): Promise<void> => {
    await step;
    if (readers === 0 && !result && !finishReason && !failure) await exclusively(end);
  };

  async function* read<Item>(items: readonly Item[]): AsyncGenerator<Item, void, void> {
    readers++;
    try {
      for (let index = 0; ; index++) {
        while (index >= items.length && !finishReason && !failure) await exclusively(receive);
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
    while (!finishReason && !failure) await exclusively(receive);
    if (failure) throw failure.error;
    return { text: texts.join(""), tokens: Int32Array.from(tokens), finishReason: finishReason!, statistics: counter.statistics() };
  };

  return {
    textStream: { [Symbol.asyncIterator]: () => read(texts) },
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
