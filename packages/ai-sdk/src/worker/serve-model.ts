import type { LanguageModelV4 } from "@ai-sdk/provider";
import { type AnswerMessage, type CallEndpoint, type CallMessage, sendable } from "./messages.ts";

/**
 * Answers the calls of `remoteModel` with a model of this worker. `endpoint`: the scope of a Web Worker, or `parentPort` of
 * `node:worker_threads`. A model that could not be made rejects every call.
 */
export function serveModel(
  model: LanguageModelV4 | Promise<LanguageModelV4>,
  endpoint: CallEndpoint = globalThis as unknown as CallEndpoint,
): void {
  const served = Promise.resolve(model);
  // Every call receives it.
  served.catch(() => undefined);
  const receive = (message: unknown): void => {
    if (isCall(message)) void answer(served, message);
  };
  if (endpoint.on) endpoint.on("message", receive);
  else endpoint.addEventListener?.("message", ({ data }) => receive(data));
}

function isCall(message: unknown): message is CallMessage {
  return typeof message === "object" && message !== null && "decodekit" in message && message.decodekit === "ai-sdk-call";
}

async function answer(served: Promise<LanguageModelV4>, { options, port }: CallMessage): Promise<void> {
  const controller = new AbortController();
  const send = (message: AnswerMessage): void => port.postMessage(message);
  port.addEventListener("message", () => controller.abort());
  port.start();
  try {
    const { stream } = await (await served).doStream({ ...options, abortSignal: controller.signal });
    const reader = stream.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const part = next.value;
      send({ type: "part", part: part.type === "error" ? { type: "error", error: sendable(part.error) } : part });
    }
    send({ type: "end" });
  } catch (error) {
    send({ type: "failure", error: sendable(error) });
  }
  port.close();
}
