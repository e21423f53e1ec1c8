import { type AbsentFile, type ModelStore, type StoredFile, type StoreProgress } from "@decodekit/core/onnx";
import { cachedModels, hub, type HubOptions, removeFromCache } from "@decodekit/hub";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type FakeFile, type FakeHub, type FakeHubPlan, generatedBytes } from "../support/fake-hub-plan.ts";

export interface HubSetting {
  /** Whether `fetch` shows redirects, so that each file is asked about by HEAD. */
  readonly isNode: boolean;
  start(plan: FakeHubPlan): Promise<FakeHub>;
  /** Returns the place of a new, empty cache. */
  freshCache(): string;
}

export const WEIGHTS: FakeFile = { bytes: 3_000_000, seed: 7, lfs: true };
const CONFIG: FakeFile = { bytes: 600, seed: 5 };
export const PLAN: FakeHubPlan = { repository: "org/tiny", files: { "config.json": CONFIG, "onnx/model.onnx": WEIGHTS } };
export const MODEL = "onnx/model.onnx";

/** Reads an opened file as a whole. */
export async function bytesOf(file: StoredFile | AbsentFile): Promise<Uint8Array> {
  if ("absent" in file) throw new Error(file.absent);
  // Not by a Response, which replaces the error of the stream.
  const reader = file.stream().getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) chunks.push(new Uint8Array(piece.value));
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** Compares without the difference of megabytes in the message. */
export function expectBytes(actual: Uint8Array, expected: FakeFile): void {
  const wanted = generatedBytes(expected);
  expect(actual.length).toBe(wanted.length);
  expect(actual.findIndex((byte, index) => byte !== wanted[index])).toBe(-1);
}

/** The cases that hold for every environment and every storage. */
export function hubCases(setting: HubSetting): void {
  let fake: FakeHub;
  let cache: string;
  let warnings: string[];

  const start = async (plan: Partial<FakeHubPlan> = {}): Promise<FakeHub> => (fake = await setting.start({ ...PLAN, ...plan }));
  const store = (options: HubOptions = {}): ModelStore =>
    hub("org/tiny", { endpoint: fake.endpoint, cache, onWarning: ({ message }) => void warnings.push(message), ...options });
  const open = async (path = MODEL, options: HubOptions = {}): Promise<StoredFile | AbsentFile> => store(options).open(path, {});
  const contentRequests = async () => (await fake.takeRequests()).filter(({ method, on }) => method === "GET" && on !== "api");

  beforeEach(() => {
    cache = setting.freshCache();
    warnings = [];
  });
  afterEach(() => fake.stop());

  describe("downloads", () => {
    test("a file comes once, is counted as it comes, and is then in the cache", async () => {
      await start();
      const seen: StoreProgress[] = [];
      expectBytes(await bytesOf(await store().open(MODEL, { onProgress: (state) => seen.push(state) })), WEIGHTS);
      expect(seen.at(-1)).toEqual({ loadedBytes: 3_000_000, totalBytes: 3_000_000, fromCache: false });
      expect(seen.map(({ loadedBytes }) => loadedBytes)).toEqual(seen.map(({ loadedBytes }) => loadedBytes).toSorted((a, b) => a - b));
      expect(await contentRequests()).toHaveLength(2);

      const again: StoreProgress[] = [];
      const cached = await store().open(MODEL, { onProgress: (state) => again.push(state) });
      expectBytes(await bytesOf(cached), WEIGHTS);
      expect(again).toEqual([{ loadedBytes: 3_000_000, totalBytes: 3_000_000, fromCache: true }]);
      expect(await contentRequests()).toEqual([]);
      expect(warnings).toEqual([]);
    });

    test("files open in parallel, with one question about the commit", async () => {
      const files = Object.fromEntries(
        Array.from({ length: 6 }, (_, index) => [`part${index}.bin`, { bytes: 300_000, seed: index, lfs: true }]),
      );
      await start({ files: { ...PLAN.files, ...files } });
      const opened = store();
      await Promise.all(Object.entries(files).map(async ([path, file]) => expectBytes(await bytesOf(await opened.open(path, {})), file)));
      const questions = (await fake.takeRequests()).filter(({ method, on }) => method === "HEAD" || on === "api");
      expect(questions.length).toBe(setting.isNode ? 7 : 1);
    });

    test("the token goes to the hub, and not to the host that has the content", async () => {
      await start({ token: "hf_secret" });
      expectBytes(await bytesOf(await open(MODEL, { token: "hf_secret" })), WEIGHTS);
      const requests = await fake.takeRequests();
      expect(requests.filter(({ on }) => on === "cdn").length).toBeGreaterThan(0);
      for (const { on, authorization } of requests) expect(authorization).toBe(on === "cdn" ? undefined : "Bearer hf_secret");
    });

    test.each([0, 5])("a file of %s bytes", async (bytes) => {
      await start({ files: { ...PLAN.files, "small.bin": { bytes, seed: 3 } } });
      expectBytes(await bytesOf(await open("small.bin")), { bytes, seed: 3 });
    });

    test("a model in a subfolder; name, data type and description", async () => {
      await start({ files: { "v2/config.json": CONFIG, "v2/onnx/model.onnx": WEIGHTS } });
      const opened = store({ subfolder: "v2", dtype: "q4" });
      expect(opened).toMatchObject({ name: "org/tiny", dtype: "q4" });
      expect(opened.describe("config.json")).toBe(`${fake.endpoint}/org/tiny/resolve/main/v2/config.json`);
      expectBytes(await bytesOf(await opened.open(MODEL, {})), WEIGHTS);
      expect(await opened.open("../config.json", {})).toHaveProperty("absent");
    });

    test("two stores at once get the same file", async () => {
      await start();
      const files = await Promise.all([open(), open(), open("config.json")]);
      expectBytes(await bytesOf(files[0]), WEIGHTS);
      expectBytes(await bytesOf(files[1]), WEIGHTS);
      expectBytes(await bytesOf(await open()), WEIGHTS);
    });
  });

  describe("connections that fail", () => {
    test("a reset in the middle is resumed where it ended", async () => {
      await start();
      await fake.fault({ on: "cdn", method: "GET", resetAfter: 1_000_000 });
      expectBytes(await bytesOf(await open()), WEIGHTS);
      const [first, second] = (await contentRequests()).filter(({ on }) => on === "cdn");
      expect(first!.range).toBeUndefined();
      expect(Number(/bytes=(\d+)-/u.exec(second!.range!)![1])).toBeGreaterThan(0);
      if (setting.isNode) expect(second!.ifRange).toMatch(/^"cdn-/u);
    });

    test("a body that ends early is resumed", async () => {
      await start();
      await fake.fault({ on: "cdn", method: "GET", truncateAfter: 500_000 });
      expectBytes(await bytesOf(await open()), WEIGHTS);
      expect((await contentRequests()).map(({ range }) => range)).toContain("bytes=500000-");
    });

    test("a server that sends everything again, or says 416, is read from the beginning", async () => {
      await start();
      await fake.fault({ on: "cdn", method: "GET", resetAfter: 400_000 });
      await fake.fault({ on: "cdn", method: "GET", resetAfter: 500_000, ignoresRange: true });
      await fake.fault({ on: "cdn", method: "GET", status: 416, headers: { "content-range": "bytes */12" } });
      expectBytes(await bytesOf(await open()), WEIGHTS);
    });

    test("a content that changes in the middle is fetched anew", async () => {
      await start();
      const other = { ...WEIGHTS, seed: 8, bytes: 2_500_000 };
      await fake.fault({ on: "cdn", method: "GET", resetAfter: 400_000 });
      let replaced: Promise<void> | undefined;
      const onProgress = ({ loadedBytes }: StoreProgress): void => {
        if (loadedBytes > 0) replaced ??= fake.replace(MODEL, other);
      };
      expectBytes(await bytesOf(await store().open(MODEL, { onProgress })), other);
      expectBytes(await bytesOf(await open(MODEL, { localOnly: true })), other);
    });

    test.each([500, 503])("an answer %s now and then is asked again", async (status) => {
      await start();
      await fake.fault({ on: "cdn", method: "GET", status });
      await fake.fault({ on: "hub", status });
      await fake.fault({ on: "api", status });
      expectBytes(await bytesOf(await open()), WEIGHTS);
    });

    test("429 is asked again after the time that the server names", async () => {
      await start();
      await fake.fault({ on: "hub", method: "GET", path: MODEL, status: 429, headers: { "retry-after": "1" } });
      const before = performance.now();
      expectBytes(await bytesOf(await open()), WEIGHTS);
      expect(performance.now() - before).toBeGreaterThan(990);
    });

    test("429 for longer than a minute is an error at once", async () => {
      await start();
      await fake.fault({ on: "hub", method: "GET", path: MODEL, status: 429, headers: { "retry-after": "600" } });
      await expect(open()).rejects.toMatchObject({ name: "HubError", code: "HUB", reason: "rate-limited", retryAfter: 600_000 });
    });

    test("a server that goes on failing is an error, and what came is kept", async () => {
      await start();
      await fake.fault({ on: "cdn", method: "GET", resetAfter: 1_000_000 });
      await fake.fault({ on: "cdn", method: "GET", status: 500, times: 5 });
      await expect(open()).rejects.toMatchObject({ reason: "server", temporary: true });
      await fake.takeRequests();
      expectBytes(await bytesOf(await open()), WEIGHTS);
      const ranges = (await contentRequests()).map(({ range }) => range);
      expect(ranges.some((range) => range !== undefined && range !== "bytes=0-")).toBe(true);
    });

    test("an abort stops within a chunk, and the next load goes on from there", async () => {
      await start();
      await fake.fault({ on: "cdn", method: "GET", slow: true });
      const controller = new AbortController();
      let loaded = 0;
      const opening = store().open(MODEL, {
        signal: controller.signal,
        onProgress({ loadedBytes }) {
          loaded = loadedBytes;
          if (loadedBytes > 300_000) controller.abort(new Error("enough"));
        },
      });
      await expect(opening).rejects.toThrow("enough");
      const atAbort = loaded;
      expect(atAbort).toBeLessThan(2_000_000);
      await fake.takeRequests();
      expectBytes(await bytesOf(await open()), WEIGHTS);
      expect(loaded).toBe(atAbort);
      expect((await contentRequests()).map(({ range }) => range)).toContain(`bytes=${atAbort}-`);
    });

    test("an abort before the hub answers", async () => {
      await start();
      const controller = new AbortController();
      const opening = store().open(MODEL, { signal: controller.signal });
      controller.abort(new Error("enough"));
      await expect(opening).rejects.toThrow("enough");
    });
  });

  describe("contents that are wrong", () => {
    test.each([
      ["a large file", MODEL, "cdn"],
      ["a small file", "config.json", "hub"],
    ] as const)("%s damaged once is fetched again; damaged twice is an error, and nothing of it is kept", async (_, path, on) => {
      await start();
      await fake.fault({ on, method: "GET", path, damaged: true });
      const right = PLAN.files[path]!;
      expectBytes(await bytesOf(await open(path)), right);
      expect(await removeFromCache("org/tiny", { cache })).toBe(true);
      await fake.fault({ on, method: "GET", path, damaged: true, times: 2 });
      await expect(open(path)).rejects.toMatchObject({ name: "HubError", reason: "hash-mismatch" });
      expectBytes(await bytesOf(await open(path)), right);
    });

    test("a file that grows beyond its stated size is an error", async () => {
      await start();
      await fake.fault({ on: "cdn", method: "GET", status: 200, body: "x".repeat(3_000_001), times: 2 });
      await expect(open()).rejects.toMatchObject({ reason: "hash-mismatch" });
    });
  });

  describe("what the hub refuses", () => {
    const failing: [string, number, Record<string, string>, string, RegExp][] = [
      ["a gated repository", 403, { "x-error-code": "GatedRepo" }, "gated", /Accept its terms/u],
      ["a gated repository without a token", 401, { "x-error-code": "GatedRepo" }, "gated", /Accept its terms.*HF_TOKEN/u],
      ["a repository that does not exist", 404, { "x-error-code": "RepoNotFound" }, "repository-not-found", /Check the name/u],
      ["a private repository", 401, { "x-error-code": "RepoNotFound" }, "repository-not-found", /token/u],
      ["a refused token", 401, {}, "unauthorized", /token/u],
      ["a forbidden request", 403, {}, "unauthorized", /token/u],
      ["an unknown revision", 404, { "x-error-code": "RevisionNotFound" }, "revision-not-found", /`revision`/u],
      ["another refusal", 400, {}, "server", /endpoint/u],
    ];
    test.each(failing)("%s", async (_, status, headers, reason, message) => {
      await start();
      await fake.fault({ on: setting.isNode ? "hub" : "api", status, headers });
      const error: unknown = await open().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: "HubError", code: "HUB", reason });
      expect(String(error)).toMatch(message);
      expectBytes(await bytesOf(await open()), WEIGHTS);
    });

    test("a missing file is absent", async () => {
      await start();
      expect(await open("generation_config.json")).toMatchObject({
        absent: expect.stringContaining(setting.isNode ? "404" : "not among") as string,
      });
      await fake.takeRequests();
      expect(await open("generation_config.json")).toHaveProperty("absent");
      expect((await fake.takeRequests()).length, "only the commit is asked for").toBe(1);
    });

    test("a page in place of a missing file means that it is absent", async () => {
      await start({ hasApi: false });
      const page = { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body: "<!doctype html><title>App</title>" };
      await fake.fault({ on: "hub", path: "generation_config.json", times: 9, ...page });
      expect(await open("generation_config.json")).toHaveProperty("absent");
      await fake.clearFaults();
      await fake.replace("generation_config.json", WEIGHTS);
      expectBytes(await bytesOf(await open("generation_config.json")), WEIGHTS);
    });

    test("a server that is not a hub", async () => {
      await start();
      const page = { status: 200, headers: { "content-type": "text/html" }, body: "<!doctype html><title>Log in</title>", times: 9 };
      for (const on of ["hub", "api"] as const) await fake.fault({ on, ...page });
      await expect(open()).rejects.toMatchObject({
        reason: "server",
        message: expect.stringContaining("endpoint") as string,
      });
    });
  });

  describe("without a connection", () => {
    test("a cached model is used, with one warning", async () => {
      await start();
      await bytesOf(await open("config.json"));
      await bytesOf(await open());
      await fake.stop();
      const offline = store();
      expectBytes(await bytesOf(await offline.open(MODEL, {})), WEIGHTS);
      expect(await offline.open("generation_config.json", {})).toHaveProperty("absent");
      expect(warnings).toEqual([expect.stringContaining("the cached model is used")]);
    });

    test("a network that answers every request with its log-in page counts as none", async () => {
      await start();
      await bytesOf(await open());
      const page = { status: 200, headers: { "content-type": "text/html" }, body: "<!doctype html><title>Log in</title>", times: 9 };
      for (const on of ["hub", "api"] as const) await fake.fault({ on, ...page });
      expectBytes(await bytesOf(await open()), WEIGHTS);
      expect(warnings).toEqual([expect.stringContaining("the cached model is used")]);
    });

    test("a model that is not cached is an error that says so", async () => {
      await start();
      await fake.stop();
      const error: unknown = await open().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: "HubError", reason: "offline" });
      expect(String(error)).toContain("Check the connection");
    });

    test("localOnly makes no request", async () => {
      await start();
      await expect(open(MODEL, { localOnly: true })).rejects.toMatchObject({ reason: "offline" });
      await bytesOf(await open());
      await fake.takeRequests();
      expectBytes(await bytesOf(await open(MODEL, { localOnly: true })), WEIGHTS);
      expect(await open("config.json", { localOnly: true })).toMatchObject({
        absent: expect.stringContaining("not in the cache") as string,
      });
      expect(await fake.takeRequests()).toEqual([]);
    });

    test("a commit needs no request once it is cached", async () => {
      await start();
      await bytesOf(await open(MODEL, { revision: fake.commit }));
      await fake.stop();
      expectBytes(await bytesOf(await open(MODEL, { revision: fake.commit })), WEIGHTS);
      expect(warnings).toEqual([]);
    });
  });

  describe("the cache", () => {
    test("models are listed with their sizes, and deleted", async () => {
      await start();
      expect(await cachedModels({ cache })).toEqual([]);
      await bytesOf(await open());
      const [model, ...others] = await cachedModels({ cache });
      expect(others).toEqual([]);
      expect(model!.name).toBe("org/tiny");
      expect(model!.bytes - 3_000_000).toBeLessThan(1000);
      expect(await removeFromCache("org/tiny", { cache })).toBe(true);
      expect(await removeFromCache("org/tiny", { cache })).toBe(false);
      expect(await cachedModels({ cache })).toEqual([]);
      expectBytes(await bytesOf(await open()), WEIGHTS);
    });

    test("without a cache, the content is resumed and checked while it is read", async () => {
      await start();
      await fake.fault({ on: "cdn", method: "GET", resetAfter: 1_000_000 });
      const file = await open(MODEL, { cache: false });
      expect(file).toMatchObject({ bytes: 3_000_000 });
      expectBytes(await bytesOf(file), WEIGHTS);
      await fake.fault({ on: "cdn", method: "GET", damaged: true });
      await expect(open(MODEL, { cache: false }).then(bytesOf)).rejects.toMatchObject({ reason: "hash-mismatch" });
      expect(await cachedModels({ cache })).toEqual([]);
    });

    test("a mirror without the API that lists files", async () => {
      await start({ hasApi: false });
      expectBytes(await bytesOf(await open()), WEIGHTS);
      expectBytes(await bytesOf(await open()), WEIGHTS);
      expect(await open("generation_config.json")).toHaveProperty("absent");
    });
  });
}
