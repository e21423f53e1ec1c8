import { Worker } from "node:worker_threads";
import { decodekit } from "@decodekit/ai-sdk";
import { remoteModel, serveModel } from "@decodekit/ai-sdk/worker";
import { InvalidOptionError, type LanguageModel } from "@decodekit/core";
import { generateText, streamText } from "ai";
import { afterEach, describe, expect, test } from "vitest";
import { scripted } from "../../../packages/chat/src/chat-models-for-tests.ts";

// A model of the AI SDK at the other end of a channel; ai-sdk.browser.test.ts has one in a worker.

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

function remote(model: LanguageModel | Promise<LanguageModel>): ReturnType<typeof remoteModel> {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  serveModel(
    Promise.resolve(model).then((each) => decodekit(each)),
    port2,
  );
  return remoteModel(port1, { modelId: "far" });
}

describe("a model at the other end of a channel", () => {
  test("streams and generates what it does here", async () => {
    const model = remote(scripted("<think>Hm.</think>Yes."));
    const result = streamText({ model, prompt: "x", temperature: 0, include: { rawChunks: true } });
    let text = "";
    for await (const delta of result.textStream) text += delta;
    expect([text, await result.reasoningText, await result.finishReason]).toEqual(["Yes.", "Hm.", "stop"]);
    const whole = await generateText({ model, prompt: "x", temperature: 0 });
    expect(whole.text).toBe("Yes.");
    expect(whole.usage).toEqual(await result.usage);
    expect(whole.providerMetadata).toMatchObject({ decodekit: { decoder: "greedy" } });
  });

  test("frees the model where it is aborted or no longer read", async () => {
    const model = scripted("A long text, which goes on.");
    const controller = new AbortController();
    const types: string[] = [];
    const { fullStream } = streamText({ model: remote(model), prompt: "x", temperature: 0, abortSignal: controller.signal });
    for await (const part of fullStream) {
      types.push(part.type);
      if (part.type === "text-delta") controller.abort();
    }
    expect(types.at(-1)).toBe("abort");
    await expect.poll(() => model.causal.openSessions()).toBe(0);
    const { stream } = await remote(model).doStream({ prompt: [{ role: "user", content: [{ type: "text", text: "x" }] }] });
    await stream.cancel();
    await expect.poll(() => model.causal.openSessions()).toBe(0);
  });

  test("rejects with the names and messages of its errors", async () => {
    const calls = (model: LanguageModel | Promise<LanguageModel>, options: object = {}) =>
      generateText({ model: remote(model), prompt: "x", maxRetries: 0, ...options });
    await expect(calls(scripted("a"), { presencePenalty: 9 })).rejects.toMatchObject({
      name: "InvalidOptionError",
      option: "presencePenalty",
    });
    await expect(calls(Promise.reject(new Error("no file")))).rejects.toThrow("no file");
    const failing = scripted("a");
    await expect(
      calls({ ...failing, causal: { ...failing.causal, createSession: () => Promise.reject(new Error("no memory")) } }),
    ).rejects.toThrow("no memory");
    expect(() => remoteModel(new MessageChannel().port1, { id: 1 } as never)).toThrow(InvalidOptionError);
  });

  test("rejects where its worker ends", async () => {
    const worker = new Worker("setTimeout(() => process.exit(0), 20)", { eval: true });
    const model = remoteModel(worker);
    await expect(generateText({ model, prompt: "x", maxRetries: 0 })).rejects.toThrow("The worker of the model ended.");
    await expect(generateText({ model, prompt: "x", maxRetries: 0 })).rejects.toThrow("The worker of the model ended.");
  });
});
