import type { Connection } from "../../connection/connection.ts";
import type { ServedRow } from "../../rows/served-row.ts";
import { AnswerValue } from "../answer-value.ts";
import type { Identity } from "../identity.ts";
import { listedModel } from "../listed-model.ts";
import type { EngineServer } from "../engine-server.ts";
import { countTokens, type PrefixServer, rowsOfPrefixes } from "../prefix-batch.ts";
import { COMPLETION_FIELDS, readCompletions } from "./read-completions.ts";

/** One token in every vocabulary, and neither the end of a text nor a part of a character. */
const PLAIN_TEXT = "a";
/** A bias that makes the server choose a token, whatever the row. */
const CERTAIN = 1e6;

interface Facts {
  readonly model: string;
  readonly vocabSize: number;
  /** Tokens of a slot, of which the last is for the one that it predicts. */
  readonly slotLength: number;
  readonly parameters: number;
}

/** The requests to a llama-server, for one of its models. */
export class LlamaRequests implements EngineServer, PrefixServer {
  readonly source: string;
  readonly model: string;
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly mostLogits: number;
  readonly tree = true;
  readonly rowsOf = rowsOfPrefixes(this);
  readonly used = { tokensSent: 0, tokensReused: 0 };
  readonly #connection: Connection;
  /** Names the model in requests, if there are several. */
  readonly #named: { readonly model?: string };
  /** The token that every completion consists of. */
  readonly #plainToken: number;

  private constructor(
    connection: Connection,
    { model, vocabSize, slotLength }: Facts,
    named: { readonly model?: string },
    plainToken: number,
  ) {
    this.source = connection.source;
    this.model = model;
    this.vocabSize = this.mostLogits = vocabSize;
    this.contextLength = slotLength - 1;
    this.#connection = connection;
    this.#named = named;
    this.#plainToken = plainToken;
  }

  static async connect(connection: Connection, model: string | undefined, signal: AbortSignal | undefined): Promise<LlamaRequests> {
    const named = model === undefined ? {} : { model };
    const facts = await factsOf(connection, model, signal);
    const [plainToken] = await tokensOf(connection, PLAIN_TEXT, named, signal);
    return new LlamaRequests(connection, facts, named, plainToken!);
  }

  tokensOf(text: string, signal: AbortSignal | undefined): Promise<number[]> {
    return tokensOf(this.#connection, text, this.#named, signal);
  }

  async identity(signal: AbortSignal | undefined): Promise<Identity> {
    const { model, vocabSize, slotLength, parameters } = await factsOf(this.#connection, this.#named.model, signal);
    return { "its name": model, "its vocabulary": vocabSize, "its context": slotLength, "its number of parameters": parameters };
  }

  async rowsAfter(sequences: readonly Int32Array[], top: number, signal: AbortSignal | undefined): Promise<readonly ServedRow[]> {
    const expected = { count: sequences.length, top, vocabSize: this.vocabSize };
    const completions = await this.#connection.sendJson({
      path: "/completion",
      body: {
        ...this.#named,
        prompt: sequences.map((tokens) => [...tokens]),
        n_predict: 1,
        n_probs: top,
        cache_prompt: true,
        // Rows are given before all of this. The server leaves out the row of a completion that ends within a character.
        logit_bias: [[this.#plainToken, CERTAIN]],
        samplers: ["top_k"],
        top_k: 1,
        response_fields: COMPLETION_FIELDS,
      },
      signal,
      read: (answer, source) => readCompletions(answer, source, expected),
    });
    this.used.tokensSent += countTokens(sequences);
    for (const { reused } of completions) this.used.tokensReused += reused;
    return completions.map(({ row }) => row);
  }
}

function tokensOf(
  connection: Connection,
  text: string,
  named: { readonly model?: string },
  signal: AbortSignal | undefined,
): Promise<number[]> {
  return connection.sendJson({
    path: "/tokenize",
    body: { ...named, content: text, add_special: false },
    signal,
    read: (answer, source) => {
      const tokens = new AnswerValue(answer, source).member("tokens");
      if (tokens.items().length === 0) throw tokens.error("at least one token");
      return tokens.items().map((token) => token.integer(0));
    },
  });
}

async function factsOf(connection: Connection, model: string | undefined, signal: AbortSignal | undefined): Promise<Facts> {
  const query = model === undefined ? "" : `?model=${encodeURIComponent(model)}`;
  const slotLength = await connection.sendJson({
    path: `/props${query}`,
    signal,
    read: (answer, source) => new AnswerValue(answer, source).member("default_generation_settings").member("n_ctx").integer(2),
  });
  return connection.sendJson({
    path: "/v1/models",
    signal,
    read: (answer, source) => {
      const { name, entry } = listedModel(answer, source, model);
      const meta = entry.member("meta");
      return {
        model: name,
        vocabSize: meta.member("n_vocab").integer(1),
        slotLength,
        parameters: meta.member("n_params").integer(0),
      };
    },
  });
}
