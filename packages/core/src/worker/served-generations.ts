import type { DecodeEvent, Decoder } from "../contracts/decoder.ts";
import { generate } from "../generate/generate.ts";
import type { GenerateResult } from "../generate/generation.ts";
import { isConversation, type Prompt, promptTokensOf } from "../generate/prompt-tokens.ts";
import type { GenerateOptions } from "../generate/generate-options.ts";
import type { LanguageModel } from "../contracts/language-model.ts";
import type { RandomState } from "../random/random.ts";
import { type TextOutput, textOutput } from "../text/text-output.ts";
import { compactEvent } from "./compact-event.ts";
import type { GenerationPart } from "./generation-part.ts";
import type { PluginReference } from "./plugin-reference.ts";
import type { Reporter } from "./reports.ts";
import { receiveRandom } from "./transfer-random.ts";

/** The other side's request to generate a text. */
export interface GenerationRequest {
  /** Call number for reports of its parts and warnings. */
  readonly number: number;
  readonly model: number;
  /** Number of the model whose causal model is the draft model. */
  readonly draft: number | undefined;
  readonly prompt: Prompt;
  readonly options: Omit<GenerateOptions, "decoder" | "draft" | "processors" | "random" | "signal" | "onWarning">;
  readonly random: RandomState | undefined;
}

/** The decoder's plugin, imported here or in the worker at the other end of `port`. */
export interface DecoderRequest {
  readonly reference: PluginReference;
  readonly port?: MessagePort;
}

const MILLISECONDS_BETWEEN_PARTS = 16;

interface Generating {
  readonly model: LanguageModel;
  readonly draft: LanguageModel | undefined;
  readonly decoder: Decoder;
  readonly signal: AbortSignal;
  readonly report: Reporter;
}

/** Runs `generate` and reports its events and text in parts. */
export async function serveGeneration(
  { prompt, options: allOptions, random }: GenerationRequest,
  { model, draft, decoder, signal, report }: Generating,
): Promise<GenerateResult> {
  const times: number[] = [];
  const { chat, ...otherOptions } = allOptions;
  const isChat = isConversation(prompt);
  // Any other prompt has no use for `chat`, of which `generate` warns.
  const options = isChat ? otherOptions : allOptions;
  const tokens = isChat || typeof prompt === "string" ? promptTokensOf(model, prompt, chat) : prompt;
  const running = generate(model, tokens, {
    ...options,
    decoder: timed(decoder, (time) => times.push(time)),
    draft,
    random: receiveRandom(random),
    signal,
    onWarning: report.warning,
  });
  const parts = partSender(textOutput(model.tokenizer, { prompt: tokens, stopStrings: options.stopStrings ?? [] }), report.part);
  let count = 0;
  let last = performance.now();
  let passMilliseconds = 0;
  for await (const event of running.events) {
    const isEnd = event.type === "decode-end";
    parts.add(compactEvent(event), times[count++] ?? times.at(-1) ?? 0);
    if (event.type === "forward-end") passMilliseconds = event.milliseconds;
    if (!isEnd && performance.now() - last < MILLISECONDS_BETWEEN_PARTS && passMilliseconds < MILLISECONDS_BETWEEN_PARTS / 2) continue;
    await parts.send();
    last = performance.now();
  }
  return running.result;
}

/** Wraps a decoder so that it reports the time of each event, in milliseconds spent inside the decoder. */
function timed(decoder: Decoder, report: (milliseconds: number) => void): Decoder {
  return {
    ...decoder,
    async *decode(models, prompt, options) {
      const events = decoder.decode(models, prompt, options);
      let spent = 0;
      try {
        for (;;) {
          const start = performance.now();
          const next = await events.next();
          spent += performance.now() - start;
          if (next.done) return;
          report(spent);
          yield next.value;
        }
      } finally {
        await events.return();
      }
    },
  };
}

interface PartSender {
  add(event: DecodeEvent, time: number): void;
  /** Rejects if an event contains a value that cannot be sent. */
  send(): Promise<void>;
}

function partSender(text: TextOutput, send: (part: GenerationPart) => Promise<void>): PartSender {
  let events: DecodeEvent[] = [];
  let times: number[] = [];
  let sentPieces = 0;
  return {
    add(event, time) {
      events.push(event);
      times.push(time);
      if (event.type === "tokens-commit") text.commit(event.tokens);
      if (event.type === "decode-end") text.end();
    },
    send() {
      text.update();
      const part = { events, times, pieces: text.pieces.slice(sentPieces) };
      events = [];
      times = [];
      sentPieces = text.pieces.length;
      return send(part);
    },
  };
}
