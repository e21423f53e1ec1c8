import { test } from "vitest";
import { expectSplitAgreement } from "../support/expect-split-agreement.ts";
import { splitStories } from "../support/split-stories.ts";

const read = async (url: URL): Promise<Uint8Array> => new Uint8Array(await (await fetch(url)).arrayBuffer());

test("the story model cut in two is the whole one in Chromium on WASM, bit for bit", async () => {
  await expectSplitAgreement(await splitStories(read), "wasm", 0);
});

test("the story model cut in two is the whole one on WebGPU within 1e-3", async () => {
  await expectSplitAgreement(await splitStories(read), "webgpu", 1e-3);
});
