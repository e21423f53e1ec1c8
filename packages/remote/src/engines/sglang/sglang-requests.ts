import { invalidAnswer } from "../../connection/answer-errors.ts";
import type { Connection } from "../../connection/connection.ts";
import { sequenceTo } from "../../session/row-server.ts";
import type { ServedRow } from "../../rows/served-row.ts";
import { AnswerValue } from "../answer-value.ts";
import { answeredRow, logitsToAsk } from "../answered-rows.ts";
import type { EngineServer } from "../engine-server.ts";
import type { Identity } from "../identity.ts";
import { servedRow } from "../served-row-of.ts";

interface Facts {
  readonly model: string;
  /** Most tokens of a sequence and the one that is predicted. */
  readonly modelLength: number;
}

/** The requests to an SGLang server. */
export class SglangRequests implements EngineServer {
  readonly source: string;
  readonly model: string;
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly mostLogits: number;
  readonly tree = false;
  readonly used = { tokensSent: 0, tokensReused: 0 };
  readonly #connection: Connection;

  private constructor(connection: Connection, { model, modelLength }: Facts, vocabSize: number) {
    this.source = connection.source;
    this.model = model;
    this.vocabSize = this.mostLogits = vocabSize;
    this.contextLength = modelLength - 1;
    this.#connection = connection;
  }

  static async connect(connection: Connection, vocabSize: number, signal: AbortSignal | undefined): Promise<SglangRequests> {
    return new SglangRequests(connection, await factsOf(connection, signal), vocabSize);
  }

  rowsOf: EngineServer["rowsOf"] = async (request) => {
    const { wanted, tokens, reads, signal } = request;
    const top = logitsToAsk(reads, this);
    const first = wanted[0]!;
    const rows = await this.#lastRows(sequenceTo(tokens.length - 1, request), tokens.length - first, top, signal);
    return wanted.map((index) => answeredRow(rows[index - first]!, reads, this));
  };

  async identity(signal: AbortSignal | undefined): Promise<Identity> {
    const { model, modelLength } = await factsOf(this.#connection, signal);
    return { "its name": model, "its context": modelLength };
  }

  /**
   * Returns the last `rows` rows for `tokens`, each with `top` logits. The row after token i is the server's log-probabilities of the input
   * token i + 1, and the row after the last token is those of the first token that it generates.
   */
  #lastRows(tokens: Int32Array, rows: number, top: number, signal: AbortSignal | undefined): Promise<ServedRow[]> {
    return this.#connection.sendJson({
      path: "/generate",
      body: {
        input_ids: [...tokens],
        sampling_params: { max_new_tokens: 1, temperature: 0, ignore_eos: true },
        return_logprob: true,
        // The entry at this position has no log-probabilities: they begin with the next one.
        logprob_start_len: tokens.length - rows,
        top_logprobs_num: top,
        return_text_in_logprobs: false,
      },
      signal,
      read: (answer, source) => {
        const meta = new AnswerValue(answer, source).member("meta_info");
        const before = meta.member("input_top_logprobs").items().slice(1);
        const entries = [...before, meta.member("output_top_logprobs").item(0)];
        if (entries.length !== rows) throw invalidAnswer(source, `${entries.length} rows came where ${rows} were asked for`);
        const cached = meta.member("cached_tokens");
        this.used.tokensSent += tokens.length;
        if (!cached.isMissing) this.used.tokensReused += cached.integer(0);
        return entries.map((entry) =>
          servedRow(
            entry.items().map((logit) => [logit.item(1).integer(0), logit.item(0)]),
            entry,
            { top, vocabSize: this.vocabSize },
          ),
        );
      },
    });
  }
}

async function factsOf(connection: Connection, signal: AbortSignal | undefined): Promise<Facts> {
  const model = await connection.sendJson({
    path: "/get_model_info",
    signal,
    read: (answer, source) => new AnswerValue(answer, source).member("model_path").text(),
  });
  const modelLength = await connection.sendJson({
    path: "/v1/models",
    signal,
    read: (answer, source) => new AnswerValue(answer, source).member("data").item(0).member("max_model_len").integer(2),
  });
  return { model, modelLength };
}
