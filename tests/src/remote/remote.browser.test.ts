import { collectDecode } from "@decodekit/core/testing";
import { temperatureSampler } from "@decodekit/core/toolkit";
import { llamaServer } from "@decodekit/remote";
import { promptLookup, speculative } from "@decodekit/speculative";
import { expect, onTestFinished, test } from "vitest";
import { commands } from "vitest/browser";
import { localModel, rowsForTest } from "../../../packages/remote/src/model-for-tests.ts";

declare module "vitest/browser" {
  interface BrowserCommands {
    startServer: (vocabSize: number, isOpen: boolean) => Promise<string>;
    silenceServer: (url: string, isSilent: boolean) => Promise<number>;
    stopServer: (url: string) => Promise<void>;
  }
}

const VOCAB_SIZE = 300;
const PROMPT = Int32Array.of(3, 1, 4, 1, 5, 9, 2, 6);

async function startServer(isOpen = true): Promise<string> {
  const url = await commands.startServer(VOCAB_SIZE, isOpen);
  onTestFinished(() => commands.stopServer(url));
  return url;
}

test("speculation in a page over a served model writes what it writes on the local one", async () => {
  const model = await llamaServer({ url: await startServer(), apiKey: "a-key" });
  const decoder = speculative({ drafter: promptLookup(), sampler: temperatureSampler(0.8, 0.9) });
  const textOf = async (causal: typeof model | ReturnType<typeof localModel>) =>
    (await collectDecode(decoder.decode({ causal }, PROMPT, { maxNewTokens: 40, seed: 3 }))).tokens;
  expect(await textOf(model)).toEqual(await textOf(localModel(rowsForTest(VOCAB_SIZE))));
});

test("a server that does not allow the page is an error that names CORS", async () => {
  const failure = llamaServer({ url: await startServer(false), retries: 0 });
  await expect(failure).rejects.toMatchObject({ code: "REMOTE", reason: "unreachable" });
  await expect(failure).rejects.toThrow("CORS");
});

test("an abort reaches the server", async () => {
  const url = await startServer();
  const model = await llamaServer({ url });
  const session = await model.createSession();
  const before = await commands.silenceServer(url, true);
  const controller = new AbortController();
  const pass = session.forward(PROMPT, { signal: controller.signal });
  setTimeout(() => controller.abort(new Error("enough")), 100);
  await expect(pass).rejects.toThrow("enough");
  await expect.poll(() => commands.silenceServer(url, true)).toBe(before + 1);
  await commands.silenceServer(url, false);
  expect((await session.forward(PROMPT)).row(0).length).toBe(VOCAB_SIZE);
});
