import { invalidAnswer } from "../../connection/answer-errors.ts";
import type { Connection } from "../../connection/connection.ts";
import { RemoteError } from "../../remote-error.ts";
import type { ServedRow } from "../../rows/served-row.ts";
import { AnswerValue } from "../answer-value.ts";
import type { Identity } from "../identity.ts";
import { listedModel } from "../listed-model.ts";
import type { EngineServer } from "../engine-server.ts";
import { countTokens, type PrefixServer, rowsOfPrefixes } from "../prefix-batch.ts";
import { servedRow } from "../served-row-of.ts";

export interface VllmFacts {
  readonly vocabSize: number;
  readonly model: string | undefined;
  readonly mostLogits: number | undefined;
}

/** What vLLM gives unless it is told otherwise, and what OpenAI's API has at most. */
const COMMON_LIMITS = [20, 5];
/** How a token is written that is told by its number. */
const TOKEN = /^token_id:(\d+)$/u;

/** The requests to a vLLM server, for one of its models. */
export class VllmRequests implements EngineServer, PrefixServer {
  readonly source: string;
  readonly model: string;
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly mostLogits: number;
  readonly tree = true;
  readonly rowsOf = rowsOfPrefixes(this);
  readonly used = { tokensSent: 0 };
  readonly #connection: Connection;

  private constructor(
    connection: Connection,
    { model, contextLength, vocabSize, mostLogits }: { model: string; contextLength: number; vocabSize: number; mostLogits: number },
  ) {
    this.source = connection.source;
    this.model = model;
    this.vocabSize = vocabSize;
    this.contextLength = contextLength;
    this.mostLogits = mostLogits;
    this.#connection = connection;
  }

  static async connect(
    connection: Connection,
    { vocabSize, model: wanted, mostLogits }: VllmFacts,
    signal: AbortSignal | undefined,
  ): Promise<VllmRequests> {
    const { model, modelLength } = await servedModel(connection, wanted, signal);
    // One position is for the token that it predicts.
    const facts = { model, contextLength: modelLength - 1, vocabSize };
    const limits = mostLogits === undefined ? [vocabSize, ...COMMON_LIMITS] : [mostLogits];
    for (const limit of limits.map((each) => Math.min(each, vocabSize))) {
      const server = new VllmRequests(connection, { ...facts, mostLogits: limit });
      const isLast = limit === Math.min(limits.at(-1)!, vocabSize);
      const gives = await server.rowsAfter([Int32Array.of(0)], limit, signal).then(
        () => true,
        (error: unknown) => {
          if (!isLast && error instanceof RemoteError && error.reason === "refused") return false;
          throw error;
        },
      );
      if (gives) return server;
    }
    throw invalidAnswer(connection.source, "the server gives no log-probabilities");
  }

  tokensOf(text: string, signal: AbortSignal | undefined): Promise<number[]> {
    return this.#connection.sendJson({
      path: "/tokenize",
      body: { model: this.model, prompt: text, add_special_tokens: false },
      signal,
      read: (answer, source) =>
        new AnswerValue(answer, source)
          .member("tokens")
          .items()
          .map((token) => token.integer(0)),
    });
  }

  async identity(signal: AbortSignal | undefined): Promise<Identity> {
    const { model, modelLength } = await servedModel(this.#connection, this.model, signal);
    return { "its name": model, "its context": modelLength };
  }

  async rowsAfter(sequences: readonly Int32Array[], top: number, signal: AbortSignal | undefined): Promise<readonly ServedRow[]> {
    const rows = await this.#connection.sendJson({
      path: "/v1/completions",
      body: {
        model: this.model,
        prompt: sequences.map((tokens) => [...tokens]),
        max_tokens: 1,
        logprobs: top,
        return_tokens_as_token_ids: true,
        ignore_eos: true,
        // Without these, those of the model's generation_config.json apply. With temperature 0 rows are not tempered, whatever the mode.
        temperature: 0,
        top_p: 1,
        top_k: -1,
        min_p: 0,
        repetition_penalty: 1,
        presence_penalty: 0,
        frequency_penalty: 0,
      },
      signal,
      read: (answer, source) => this.#read(new AnswerValue(answer, source), source, { count: sequences.length, top }),
    });
    this.used.tokensSent += countTokens(sequences);
    return rows;
  }

  #read(answer: AnswerValue, source: string, { count, top }: { readonly count: number; readonly top: number }): ServedRow[] {
    const rows = new Map<number, ServedRow>();
    for (const choice of answer.member("choices").items()) {
      const logits = choice.member("logprobs").member("top_logprobs").item(0).members();
      const pairs = logits.map(([name, value]) => [tokenOf(name, choice), value] as const);
      rows.set(choice.member("index").integer(0, count - 1), servedRow(pairs, choice, { top, vocabSize: this.vocabSize }));
    }
    if (rows.size !== count) throw invalidAnswer(source, `${rows.size} completions came for ${count} prompts`);
    return Array.from({ length: count }, (_, index) => rows.get(index)!);
  }
}

function tokenOf(name: string, choice: AnswerValue): number {
  const [, digits] = TOKEN.exec(name) ?? [];
  if (digits === undefined) throw choice.error("an answer with tokens by their numbers, as vLLM gives them", JSON.stringify(name));
  return Number(digits);
}

async function servedModel(
  connection: Connection,
  wanted: string | undefined,
  signal: AbortSignal | undefined,
): Promise<{ readonly model: string; readonly modelLength: number }> {
  return connection.sendJson({
    path: "/v1/models",
    signal,
    read: (answer, source) => {
      const { name, entry } = listedModel(answer, source, wanted);
      return { model: name, modelLength: entry.member("max_model_len").integer(2) };
    },
  });
}
