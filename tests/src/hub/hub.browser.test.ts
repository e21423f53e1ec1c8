import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { cachedModels, hub } from "@decodekit/hub";
import { stories } from "@decodekit/tiny-models";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startFakeHubOutside } from "../support/fake-hub-in-page.ts";
import type { FakeHub } from "../support/fake-hub-plan.ts";
import { hubCases } from "./hub-cases.ts";
import { bytesOf, expectBytes, MODEL, PLAN, WEIGHTS } from "./hub-fixture.ts";
import { STORIES_PLAN } from "./stories-plan.ts";

let caches = 0;
const freshCache = (): string => `test-${Date.now()}-${caches++}`;
const setting = { isNode: false, start: startFakeHubOutside, freshCache };

afterEach(() => vi.restoreAllMocks());

describe("in the origin private file system", () => hubCases(setting));

describe("in the Cache API", () => {
  beforeEach(() => void vi.spyOn(navigator.storage, "getDirectory").mockRejectedValue(new DOMException("private window", "SecurityError")));
  hubCases(setting);
});

describe("in Chromium", () => {
  let fake: FakeHub;
  let cache: string;
  beforeEach(() => (cache = freshCache()));
  afterEach(() => fake.stop());

  test("a large file is a blob of several segments, and is resumed across them", async () => {
    const large = { bytes: 20_000_001, seed: 9, lfs: true };
    fake = await startFakeHubOutside({ ...PLAN, files: { ...PLAN.files, [MODEL]: large } });
    await fake.fault({ on: "cdn", method: "GET", resetAfter: 12_000_000 });
    await fake.fault({ on: "cdn", method: "GET", status: 400 });
    const open = () => hub("org/tiny", { endpoint: fake.endpoint, cache }).open(MODEL, {});
    await expect(open()).rejects.toMatchObject({ reason: "server" });
    await fake.takeRequests();
    const file = await open();
    const ranges = (await fake.takeRequests()).flatMap(({ range }) => range ?? []);
    expect(Number(ranges[0]!.slice("bytes=".length, -1))).toBeGreaterThanOrEqual(8_388_608);
    if ("absent" in file) throw new Error(file.absent);
    expect(file.blob).toBeInstanceOf(Blob);
    expectBytes(new Uint8Array(await file.blob!.arrayBuffer()), large);
  });

  test("two tabs at once download a file once", async () => {
    fake = await startFakeHubOutside(PLAN);
    await fake.fault({ on: "cdn", method: "GET", slow: true });
    const workers = [1, 2].map(() => new Worker(new URL("open-worker.ts", import.meta.url), { type: "module" }));
    const sums = workers.map(
      (worker) =>
        new Promise<unknown>((resolve, reject) => {
          worker.addEventListener("message", ({ data }) => resolve(data));
          worker.addEventListener("error", (event) => reject(new Error(event.message)));
          worker.postMessage({ endpoint: fake.endpoint, cache, path: MODEL }, []);
        }),
    );
    const [first, second] = await Promise.all(sums);
    expect(first).toEqual({ bytes: 3_000_000, sum: expect.any(Number) as number });
    expect(second).toEqual(first);
    expect((await fake.takeRequests()).filter(({ on }) => on === "cdn")).toHaveLength(1);
    for (const worker of workers) worker.terminate();
  });

  test("a tab that is closed in the middle leaves what the next one goes on with", async () => {
    const large = { bytes: 20_000_000, seed: 4, lfs: true };
    fake = await startFakeHubOutside({ ...PLAN, files: { ...PLAN.files, [MODEL]: large } });
    await fake.fault({ on: "cdn", method: "GET", slow: true });
    const worker = new Worker(new URL("open-worker.ts", import.meta.url), { type: "module" });
    worker.postMessage({ endpoint: fake.endpoint, cache, path: MODEL }, []);
    await expect.poll(async () => (await cachedModels({ cache }))[0]?.bytes ?? 0, { timeout: 60_000 }).toBeGreaterThan(8_000_000);
    worker.terminate();
    await fake.takeRequests();
    expectBytes(await bytesOf(await hub("org/tiny", { endpoint: fake.endpoint, cache }).open(MODEL, {})), large);
    const ranges = (await fake.takeRequests()).flatMap(({ range }) => range ?? []);
    expect(Number(ranges[0]!.slice("bytes=".length, -1))).toBeGreaterThanOrEqual(8_388_608);
  });

  test("a full storage is a warning, and the model is loaded without it", async () => {
    fake = await startFakeHubOutside(PLAN);
    vi.spyOn(FileSystemWritableFileStream.prototype, "write").mockRejectedValue(new DOMException("full", "QuotaExceededError"));
    const warnings: string[] = [];
    const store = hub("org/tiny", { endpoint: fake.endpoint, cache, onWarning: ({ message }) => warnings.push(message) });
    expectBytes(await bytesOf(await store.open(MODEL, {})), WEIGHTS);
    expectBytes(await bytesOf(await store.open("config.json", {})), PLAN.files["config.json"]!);
    expect(warnings).toEqual([expect.stringContaining("no room")]);
  });

  test("a model of the hub decodes like the same model by URL, also from the cache without the hub", async () => {
    fake = await startFakeHubOutside(STORIES_PLAN);
    const decode = async (source: Parameters<typeof loadModel>[0]): Promise<number[]> => {
      const model = await loadModel(source, { execution: "wasm" });
      const { tokens } = await generate(model, "Once upon a time", { decoder: greedy(), maxNewTokens: 16 }).result;
      await model.dispose();
      return [...tokens];
    };
    const expected = await decode(stories);
    const source = () => hub("org/stories", { endpoint: fake.endpoint, cache, onWarning: () => undefined });
    expect(await decode(source())).toEqual(expected);
    await fake.stop();
    expect(await decode(source())).toEqual(expected);
  });

  test("a place for the cache must be a name", async () => {
    fake = await startFakeHubOutside(PLAN);
    expect(() => hub("org/tiny", { cache: "a/b" })).toThrow(/cache must be a name/u);
  });
});
