import type { DecodeEvent, Decoder } from "../decoder.ts";
import { generate, type GenerateResult } from "../generate.ts";
import type { GenerateOptions } from "../generate-options.ts";
import type { LanguageModel } from "../language-model.ts";
import type { RandomState } from "../random.ts";
import { type TextOutput, textOutput } from "../text-output.ts";
import { compactEvent } from "./compact-event.ts";
import type { PluginReference } from "./plugin-reference.ts";
import type { Reporter } from "./reports.ts";
import { receiveRandom } from "./transfer-random.ts";

/** What the other side sends to have a text generated. */
export interface GenerationRequest {
  /** Number under which its parts and warnings are reported. */
  readonly number: number;
  readonly model: number;
  /** Whose causal model is the draft. */
  readonly draft: number | undefined;
  readonly prompt: string | Int32Array;
  readonly options: Omit<GenerateOptions, "decoder" | "draft" | "random" | "signal" | "onWarning">;
  readonly random: RandomState | undefined;
}

/** Where the decoder comes from: a plugin imported here, or in the worker at the other end of `port`. */
export interface DecoderRequest {
  readonly reference: PluginReference;
  readonly port?: MessagePort;
}

/** Events and text since the last part. */
export interface GenerationPart {
  readonly events: readonly DecodeEvent[];
  /** Time inside the decode at which each event came, in milliseconds. */
  readonly times: readonly number[];
  readonly pieces: readonly string[];
}

const MILLISECONDS_BETWEEN_PARTS = 16;

interface Generating {
  readonly model: LanguageModel;
  readonly draft: LanguageModel | undefined;
  readonly decoder: Decoder;
  readonly signal: AbortSignal;
  readonly report: Reporter;
}

/** Runs `generate` and reports what comes of it in parts. */
export async function serveGeneration(
  { prompt, options, random }: GenerationRequest,
  { model, draft, decoder, signal, report }: Generating,
): Promise<GenerateResult> {
  const times: number[] = [];
  const tokens = typeof prompt === "string" ? model.tokenizer.encode(prompt) : prompt;
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

/** The same decoder, which tells when each event came, in milliseconds spent inside it. */
function timed(decoder: Decoder, tell: (milliseconds: number) => void): Decoder {
  return {
    ...decoder,
    async *decode(models, prompt, options) {
      const events = decoder.decode(models, prompt, options);
      let spent = 0;
      try {
        for (;;) {
          const asked = performance.now();
          const next = await events.next();
          spent += performance.now() - asked;
          if (next.done) return;
          tell(spent);
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
  /** Rejects when an event holds something that cannot be sent. */
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
