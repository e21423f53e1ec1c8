import { byteTokenizer, interceptPasses, memoryModel, type TestModel } from "@decodekit/core/testing";
import { afterEach } from "vitest";
import { type Listening, listen } from "./node.ts";
import { openaiServer } from "./openai-server.ts";
import type { ServedModel } from "./served-models.ts";
import type { ServerOptions } from "./server-options.ts";

export const CONTEXT = 96;

/** A model whose sessions can be counted, and whose passes can be held up. */
export interface BytesModel extends ServedModel {
  readonly test: TestModel;
  /** Holds all passes until the returned function is called. */
  hold(): () => void;
}

/**
 * A model of bytes: likely ones are lower-case letters and spaces, which depend on all of the prefix, and the text may end after a few of
 * them. Messages become a prompt by being joined. A pass takes at least `milliseconds`.
 */
export function bytesModel(milliseconds = 0): BytesModel {
  const tokenizer = byteTokenizer();
  const test = memoryModel({
    vocabSize: tokenizer.vocabSize,
    contextLength: CONTEXT,
    logitsAfter(prefix) {
      let state = 2166136261;
      for (const token of prefix) state = Math.imul(state ^ token, 16777619) >>> 0;
      const row = new Float32Array(tokenizer.vocabSize).fill(-12);
      for (let letter = 97; letter < 123; letter++) row[letter] = ((state >>> (letter % 23)) % 97) / 24;
      row[32] = 2;
      row[tokenizer.endToken] = -6;
      return row;
    },
  });
  let held = Promise.resolve();
  const causal = interceptPasses(test, async ({ run }) => {
    await held;
    if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
    return run();
  });
  return {
    name: "bytes",
    tokenizer,
    stopTokens: [tokenizer.endToken],
    causal,
    test,
    hold() {
      let release: () => void = () => undefined;
      held = new Promise((resolve) => (release = resolve));
      return release;
    },
  };
}

const listening: Listening[] = [];
afterEach(async () => {
  for (const each of listening.splice(0)) await each.close({ graceSeconds: 0 });
});

export interface TestServer {
  readonly url: string;
  readonly close: Listening["close"];
  /** Sends a JSON body, or gets if there is none. */
  readonly call: (path: string, body?: unknown, init?: RequestInit) => Promise<Response>;
  readonly complete: (parameters: object) => Promise<Completion>;
}

export interface Completion {
  readonly status: number;
  readonly choices: readonly { readonly text: string; readonly finish_reason: string; readonly logprobs: CompletionReport | null }[];
  readonly usage: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly prompt_tokens_details: { readonly cached_tokens: number };
  };
  readonly decodekit: Readonly<Record<string, number | string>>;
  readonly error?: { readonly message: string; readonly type: string; readonly param: string | null; readonly code: string | null };
}

interface CompletionReport {
  readonly tokens: readonly string[];
  readonly token_logprobs: readonly (number | null)[];
  readonly top_logprobs: readonly (Readonly<Record<string, number>> | null)[];
  readonly text_offset: readonly number[];
}

/** Serves a model as "bytes" on loopback until the end of the test. */
export async function startServer(model: ServedModel, options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const server = await listen(openaiServer({ models: { bytes: model }, ...options }), { port: 0 });
  listening.push(server);
  const call: TestServer["call"] = (path, body, init) =>
    fetch(`${server.url}${path}`, {
      ...(body !== undefined && { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) }),
      headers: { "content-type": "application/json" },
      ...init,
    });
  return {
    url: server.url,
    close: server.close,
    call,
    async complete(parameters) {
      const response = await call("/v1/completions", { model: "bytes", ...parameters });
      return { status: response.status, ...((await response.json()) as Omit<Completion, "status">) };
    },
  };
}

/** Returns the objects of an event stream, and whether it ended with "[DONE]". */
export async function eventsOf(response: Response): Promise<{ readonly events: readonly StreamEvent[]; readonly isDone: boolean }> {
  const lines = (await response.text()).split("\n\n").filter((line) => line !== "");
  const data = lines.map((line) => line.replace(/^data: /, ""));
  const isDone = data.at(-1) === "[DONE]";
  return { events: (isDone ? data.slice(0, -1) : data).map((each) => JSON.parse(each) as StreamEvent), isDone };
}

export interface StreamEvent extends Pick<Completion, "error" | "decodekit"> {
  readonly choices: readonly {
    readonly text: string;
    readonly index: number;
    readonly finish_reason: string | null;
    readonly logprobs: CompletionReport | null;
  }[];
  readonly usage?: Completion["usage"] | null;
}
