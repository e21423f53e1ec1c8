import { autoregressive, type ChatMessage, type ChatTemplate, type Tokenizer } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { openaiServer, type ServerOptions } from "@decodekit/server";
import { type Listening, listen } from "@decodekit/server/node";
import { promptLookup, speculative } from "@decodekit/speculative";
import { stories } from "@decodekit/tiny-models";
import { countSessions } from "./count-sessions.ts";

/** The id that requests name. */
export const MODEL = "stories";
export const KEY = "key-of-the-test";

/** The story model, which tells how many sessions are open, and on which a conversation is the beginning of a story. */
export interface StoriesForChat extends OnnxLanguageModel {
  openSessions(): number;
}

export async function loadStories(): Promise<StoriesForChat> {
  const model = await loadModel(stories);
  const { causal, open } = countSessions(model.causal);
  return { ...model, causal, chat: asOneText(model.tokenizer), openSessions: open };
}

/** A template that joins the contents of messages. */
function asOneText(tokenizer: Tokenizer): ChatTemplate {
  const render = (messages: readonly ChatMessage[]): string =>
    messages.map(({ content }) => (typeof content === "string" ? content : "")).join("\n");
  return { names: ["default"], render, encode: (messages) => tokenizer.encode(render(messages)) };
}

/** Serves the model on loopback, with a key and two decoders. */
export function serveStories(model: OnnxLanguageModel, options: Partial<ServerOptions> = {}): Promise<Listening> {
  const server = openaiServer({
    models: { [MODEL]: model },
    apiKey: KEY,
    decoders: {
      plain: ({ sampler }) => autoregressive({ name: "plain", sampler }),
      drafts: ({ sampler }) => speculative({ drafter: promptLookup(), sampler }),
    },
    ...options,
  });
  return listen(server, { port: 0 });
}
