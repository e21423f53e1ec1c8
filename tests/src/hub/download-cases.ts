import type { StoreProgress } from "@decodekit/core/onnx";
import { describe, expect, test } from "vitest";
import { bytesOf, CONFIG, expectBytes, MODEL, PLAN, WEIGHTS, type HubFixture } from "./hub-fixture.ts";

/** Cases of downloads that go well. */
export function downloadCases(fixture: HubFixture): void {
  const { start, store, open, contentRequests } = fixture;

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
      expect(fixture.warnings).toEqual([]);
    });

    test("files open in parallel, with one question about the commit", async () => {
      const files = Object.fromEntries(
        Array.from({ length: 6 }, (_, index) => [`part${index}.bin`, { bytes: 300_000, seed: index, lfs: true }]),
      );
      await start({ files: { ...PLAN.files, ...files } });
      const opened = store();
      await Promise.all(Object.entries(files).map(async ([path, file]) => expectBytes(await bytesOf(await opened.open(path, {})), file)));
      const questions = (await fixture.fake.takeRequests()).filter(({ method, on }) => method === "HEAD" || on === "api");
      expect(questions.length).toBe(fixture.isNode ? 7 : 1);
    });

    test("the token goes to the hub, and not to the host that has the content", async () => {
      await start({ token: "hf_secret" });
      expectBytes(await bytesOf(await open(MODEL, { token: "hf_secret" })), WEIGHTS);
      const requests = await fixture.fake.takeRequests();
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
      expect(opened.describe("config.json")).toBe(`${fixture.fake.endpoint}/org/tiny/resolve/main/v2/config.json`);
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
}
