import { type ChatMessage, type DecoderPlugin, type DecodeStatistics, DecodekitError, generate, type Generation } from "@decodekit/core";
import type { WithPrefixCache } from "@decodekit/core/toolkit";
import type { ComparedModel } from "../model-report.ts";
import { type ComparedDecoder, isInvalidOption } from "../compared-decoder.ts";
import { rowConsistencyOf, whyNotLossless } from "../losslessness.ts";
import { parseDecoder } from "../parse-decoder.ts";
import { count, formatDecoder, formatNumber } from "./format.ts";
import { type Colors, colorsFor, type CommandProcess } from "./terminal.ts";
import { UsageError } from "../usage-error.ts";
import { whyNot } from "../why-not.ts";

export interface ConversationSettings {
  /** Its prefix cache makes an answer cost the new tokens of the conversation only. */
  readonly model: WithPrefixCache<ComparedModel>;
  readonly plugins: readonly DecoderPlugin[];
  /** The decoder's name and options, as in "speculative:draftLength=4". */
  readonly decoder: string;
  readonly system?: string | undefined;
  readonly maxNewTokens: number;
  /** Seed of the first answer; each later one has the next seed. */
  readonly seed: number;
}

const HELP = `/decoder [name[:key=value,…]]  switch the decoder, or show it
/system [text]                 set the system message, or remove it, and begin again
/reset                         begin again
/exit                          end
Ctrl-C                         stop an answer
`;

/** A conversation with a model, in the order in which lines are entered. */
export class Conversation {
  readonly #settings: ConversationSettings;
  readonly #stdout: NodeJS.WriteStream;
  readonly #stderr: NodeJS.WriteStream;
  readonly #colors: Colors;
  #decoder: ComparedDecoder;
  #messages: ChatMessage[];
  #seed: number;
  #answering: AbortController | undefined;

  /** @throws UsageError if the model cannot run the decoder, or there is no such decoder. */
  constructor(settings: ConversationSettings, { stdout, stderr }: Pick<CommandProcess, "stdout" | "stderr">) {
    this.#settings = settings;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#colors = colorsFor(stderr);
    this.#decoder = this.#parse(settings.decoder);
    this.#messages = begin(settings.system);
    this.#seed = settings.seed;
    this.#noteLoss();
  }

  /** Stops the answer that is being given; returns false if there is none. */
  stop(): boolean {
    if (!this.#answering) return false;
    this.#answering.abort(new Error("stopped"));
    return true;
  }

  /** Answers a line, or does what it says if it begins with "/". Returns whether the conversation goes on. Never rejects. */
  async enter(line: string): Promise<boolean> {
    const [, command, rest = ""] = /^\/(\w*)\s*(.*)$/.exec(line) ?? [];
    if (command === "exit") return false;
    try {
      if (command !== undefined) this.#command(command, rest);
      else if (line !== "") await this.#answer(line);
    } catch (error) {
      if (!(error instanceof UsageError) && !DecodekitError.isInstance(error)) throw error;
      this.#stderr.write(`error: ${error.message}\n`);
    }
    return true;
  }

  #command(command: string, rest: string): void {
    if (command === "help") this.#note(HELP.trimEnd());
    else if (command === "reset") this.#messages = begin(systemIn(this.#messages));
    else if (command === "system") this.#messages = begin(rest === "" ? undefined : rest);
    else if (command === "decoder") {
      if (rest !== "") this.#decoder = this.#parse(rest);
      const { decoder, options = {} } = this.#decoder;
      this.#note(formatDecoder(decoder.name, options));
      this.#noteLoss();
    } else throw new UsageError(`there is no /${command}; /help lists what there is.`);
  }

  #parse(specification: string): ComparedDecoder {
    const { plugins, model } = this.#settings;
    let compared: ComparedDecoder;
    try {
      compared = parseDecoder(specification, plugins, model);
    } catch (error) {
      if (!isInvalidOption(error)) throw error;
      throw new UsageError(`decoder ${specification}: ${error.option} must be ${error.expected}.`, { cause: error });
    }
    const reason = whyNot(model, compared.decoder);
    if (reason !== undefined) throw new UsageError(`decoder ${specification}: ${model.name} ${reason}, which this decoder requires.`);
    return compared;
  }

  async #answer(line: string): Promise<void> {
    const { model, maxNewTokens } = this.#settings;
    const messages: readonly ChatMessage[] = [...this.#messages, { role: "user", content: line }];
    this.#answering = new AbortController();
    const { signal } = this.#answering;
    try {
      const { decoder } = this.#decoder;
      const reusedBefore = model.prefixCache.statistics("causal").positionsReused;
      const generation = generate(model, messages, { decoder, maxNewTokens, seed: this.#seed++, signal });
      for await (const piece of generation.textStream) this.#stdout.write(piece);
      const { text, finishReason, statistics } = await generation.result;
      this.#stdout.write("\n");
      this.#messages = [...messages, { role: "assistant", content: text }];
      const reused = model.prefixCache.statistics("causal").positionsReused - reusedBefore;
      this.#note(summary(statistics, { finishReason, reused, promptLength: await promptLengthOf(generation) }));
    } finally {
      this.#answering = undefined;
    }
  }

  /** Says why the text of a lossless decoder can be another than plain decoding's on this model. */
  #noteLoss(): void {
    const { decoder } = this.#decoder;
    const reason = decoder.lossless ? whyNotLossless(rowConsistencyOf(this.#settings.model.causal)) : null;
    if (reason !== null) this.#note(`${decoder.name} is not lossless here, because ${reason}`);
  }

  #note(text: string): void {
    this.#stderr.write(`${this.#colors.dim(text)}\n`);
  }
}

function begin(system: string | undefined): ChatMessage[] {
  return system === undefined ? [] : [{ role: "system", content: system }];
}

function systemIn([first]: readonly ChatMessage[]): string | undefined {
  return first?.role === "system" && typeof first.content === "string" ? first.content : undefined;
}

async function promptLengthOf({ events }: Generation): Promise<number> {
  for await (const event of events) if (event.type === "decode-start") return event.promptLength;
  return 0;
}

interface Answer {
  readonly finishReason: string;
  /** Number of tokens of the prompt. */
  readonly promptLength: number;
  /** Number of those that had been read for an earlier answer. */
  readonly reused: number;
}

/**
 * Describes the cost of an answer: "24 tokens in 9 passes, 31.2 tokens/s, first after 120 ms, 212 of 230 prompt tokens reused, 14 of 20
 * drafted tokens accepted".
 */
function summary(statistics: DecodeStatistics, { finishReason, reused, promptLength }: Answer): string {
  const { tokens, targetPasses, tokensPerSecond, timeToFirstTokenMilliseconds: first, drafted, accepted } = statistics;
  const parts = [`${count(tokens, "token")} in ${targetPasses} passes`];
  if (tokensPerSecond !== undefined) parts.push(`${formatNumber(tokensPerSecond)} tokens/s`);
  if (first !== undefined) parts.push(`first after ${Math.round(first)} ms`);
  if (reused > 0) parts.push(`${reused} of ${promptLength} prompt tokens reused`);
  if (drafted > 0) parts.push(`${accepted} of ${drafted} drafted tokens accepted`);
  if (finishReason === "abort") parts.push("stopped");
  if (finishReason === "length") parts.push("cut at the limit");
  return parts.join(", ");
}
