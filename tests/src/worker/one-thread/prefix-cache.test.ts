import { generate as generateHere, InvalidOptionError } from "@decodekit/core";
import { generate, loadModel } from "@decodekit/core/worker";
import { greedy } from "@decodekit/greedy";
import { afterAll, expect, test } from "vitest";
import { serveHere } from "./serve-here.ts";

const served = serveHere();
afterAll(() => served.close());

/** Number of positions that each pass of the model loaded last really read. */
const positions = (): readonly number[] =>
  served.models
    .at(-1)!
    .test.passes()
    .map((pass) => pass.positions);
const options = { decoder: { plugin: "greedy" }, maxNewTokens: 3 } as const;

test("a model loaded with a prefix cache reads in the worker what is new, and frees what it kept", async () => {
  const model = await loadModel("bytes", { worker: served.worker, prefixCache: { maxSequences: 4 } });
  const first = await generate(model, "abc", options).result;
  const second = await generate(model, "abcdefxyz", options).result;
  expect([first.text, second.text]).toEqual(["def", "abc"]);
  expect(positions()).toEqual([4, 1, 1, 4, 1, 1]);
  const statistics = await model.prefixCache!.statistics("causal");
  expect(statistics).toMatchObject({ sessions: 2, hits: 1, positionsReused: 6, positionsRead: 12, sequences: 1 });
  expect(await model.prefixCache!.statistics("draft")).toMatchObject({ sessions: 0 });
  await model.prefixCache!.clear();
  const { test: causal } = served.models.at(-1)!;
  expect(causal.openSessions()).toBe(0);
  await generate(model, "abc", options).result;
  expect(causal.openSessions()).toBe(1);
  await model.dispose();
  expect(causal.openSessions()).toBe(0);
  expect(served.held()).toEqual({ here: {}, there: {} });
});

test("its sessions reuse what others read, also from this side, and masked sessions find them", async () => {
  const model = await loadModel("bytes", { worker: served.worker, prefixCache: {} });
  const read = async (...tokens: readonly number[]): Promise<void> => {
    const session = await model.causal.createSession();
    const masked = await model.masked!.createSession(session);
    await session.forward(Int32Array.from(tokens));
    const { testMasked } = served.models.at(-1)!;
    await masked.predict(Int32Array.of(97));
    expect(testMasked.passes().at(-1)!.start).toBe(tokens.length);
    await Promise.all([masked.dispose(), session.dispose()]);
  };
  await read(97, 98, 99);
  await read(97, 98, 99, 100);
  expect(positions()).toEqual([3, 1]);
  // Decoders on this side go on from there too.
  const here = { name: "here", causal: model.causal, tokenizer: served.models.at(-1)!.tokenizer, stopTokens: [] };
  await generateHere(here, Int32Array.of(97, 98, 99, 100, 101), { decoder: greedy(), maxNewTokens: 1 }).result;
  expect(positions()).toEqual([3, 1, 1]);
  await model.dispose();
});

test("without the option there is none", async () => {
  const model = await loadModel("bytes", { worker: served.worker });
  expect(model.prefixCache).toBeUndefined();
  await generate(model, "abc", options).result;
  expect(served.models.at(-1)!.test.openSessions()).toBe(0);
  await model.dispose();
});

test.each([
  [{ prefixCache: { maxBytes: -1 } }, "loadModel: prefixCache: maxBytes must be an integer >= 0"],
  [{ prefixCache: { bytes: 1 } }, 'loadModel: prefixCache: option "bytes" must be one of its options'],
  [{ prefixCache: true }, "loadModel: prefixCache must be an object"],
])("refuses %j", async (wrong, message) => {
  const loading = loadModel("bytes", { worker: served.worker, ...(wrong as object) });
  await expect(loading).rejects.toThrow(InvalidOptionError);
  await expect(loading).rejects.toThrow(message);
});
