import type { StoreProgress } from "@decodekit/core/onnx";
import { describe, expect, test } from "vitest";
import { bytesOf, expectBytes, MODEL, WEIGHTS, type HubFixture } from "./hub-fixture.ts";

/** Cases of connections that fail. */
export function connectionCases(fixture: HubFixture): void {
  const { start, store, open, contentRequests } = fixture;

  describe("connections that fail", () => {
    test("a reset in the middle is resumed where it ended", async () => {
      await start();
      await fixture.fake.fault({ on: "cdn", method: "GET", resetAfter: 1_000_000 });
      expectBytes(await bytesOf(await open()), WEIGHTS);
      const [first, second] = (await contentRequests()).filter(({ on }) => on === "cdn");
      expect(first!.range).toBeUndefined();
      expect(Number(/bytes=(\d+)-/u.exec(second!.range!)![1])).toBeGreaterThan(0);
      if (fixture.isNode) expect(second!.ifRange).toMatch(/^"cdn-/u);
    });

    test("a body that ends early is resumed", async () => {
      await start();
      await fixture.fake.fault({ on: "cdn", method: "GET", truncateAfter: 500_000 });
      expectBytes(await bytesOf(await open()), WEIGHTS);
      expect((await contentRequests()).map(({ range }) => range)).toContain("bytes=500000-");
    });

    test("a server that sends everything again, or says 416, is read from the beginning", async () => {
      await start();
      await fixture.fake.fault({ on: "cdn", method: "GET", resetAfter: 400_000 });
      await fixture.fake.fault({ on: "cdn", method: "GET", resetAfter: 500_000, ignoresRange: true });
      await fixture.fake.fault({ on: "cdn", method: "GET", status: 416, headers: { "content-range": "bytes */12" } });
      expectBytes(await bytesOf(await open()), WEIGHTS);
    });

    test("a content that changes in the middle is fetched anew", async () => {
      await start();
      const other = { ...WEIGHTS, seed: 8, bytes: 2_500_000 };
      await fixture.fake.fault({ on: "cdn", method: "GET", resetAfter: 400_000 });
      let replaced: Promise<void> | undefined;
      const onProgress = ({ loadedBytes }: StoreProgress): void => {
        if (loadedBytes > 0) replaced ??= fixture.fake.replace(MODEL, other);
      };
      expectBytes(await bytesOf(await store().open(MODEL, { onProgress })), other);
      expectBytes(await bytesOf(await open(MODEL, { localOnly: true })), other);
    });

    test.each([500, 503])("an answer %s now and then is asked again", async (status) => {
      await start();
      await fixture.fake.fault({ on: "cdn", method: "GET", status });
      await fixture.fake.fault({ on: "hub", status });
      await fixture.fake.fault({ on: "api", status });
      expectBytes(await bytesOf(await open()), WEIGHTS);
    });

    test("429 is asked again after the time that the server names", async () => {
      await start();
      await fixture.fake.fault({ on: "hub", method: "GET", path: MODEL, status: 429, headers: { "retry-after": "1" } });
      const before = performance.now();
      expectBytes(await bytesOf(await open()), WEIGHTS);
      expect(performance.now() - before).toBeGreaterThan(990);
    });

    test("429 for longer than a minute is an error at once", async () => {
      await start();
      await fixture.fake.fault({ on: "hub", method: "GET", path: MODEL, status: 429, headers: { "retry-after": "600" } });
      await expect(open()).rejects.toMatchObject({ name: "HubError", code: "HUB", reason: "rate-limited", retryAfter: 600_000 });
    });

    test("a server that goes on failing is an error, and what came is kept", async () => {
      await start();
      await fixture.fake.fault({ on: "cdn", method: "GET", resetAfter: 1_000_000 });
      await fixture.fake.fault({ on: "cdn", method: "GET", status: 500, times: 5 });
      await expect(open()).rejects.toMatchObject({ reason: "server", temporary: true });
      await fixture.fake.takeRequests();
      expectBytes(await bytesOf(await open()), WEIGHTS);
      const ranges = (await contentRequests()).map(({ range }) => range);
      expect(ranges.some((range) => range !== undefined && range !== "bytes=0-")).toBe(true);
    });

    test("an abort stops within a chunk, and the next load goes on from there", async () => {
      await start();
      await fixture.fake.fault({ on: "cdn", method: "GET", slow: true });
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
      await fixture.fake.takeRequests();
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
}
