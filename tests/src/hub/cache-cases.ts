import { cachedModels, removeFromCache } from "@decodekit/hub";
import { describe, expect, test } from "vitest";
import { bytesOf, expectBytes, MODEL, WEIGHTS, type HubFixture } from "./hub-fixture.ts";

/** Cases of the cache, with and without a hub. */
export function cacheCases(fixture: HubFixture): void {
  const { start, store, open } = fixture;

  describe("without a connection", () => {
    test("a cached model is used, with one warning", async () => {
      await start();
      await bytesOf(await open("config.json"));
      await bytesOf(await open());
      await fixture.fake.stop();
      const offline = store();
      expectBytes(await bytesOf(await offline.open(MODEL, {})), WEIGHTS);
      expect(await offline.open("generation_config.json", {})).toHaveProperty("absent");
      expect(fixture.warnings).toEqual([expect.stringContaining("the cached model is used")]);
    });

    test("a network that answers every request with its log-in page counts as none", async () => {
      await start();
      await bytesOf(await open());
      const page = { status: 200, headers: { "content-type": "text/html" }, body: "<!doctype html><title>Log in</title>", times: 9 };
      for (const on of ["hub", "api"] as const) await fixture.fake.fault({ on, ...page });
      expectBytes(await bytesOf(await open()), WEIGHTS);
      expect(fixture.warnings).toEqual([expect.stringContaining("the cached model is used")]);
    });

    test("a model that is not cached is an error that says so", async () => {
      await start();
      await fixture.fake.stop();
      const error: unknown = await open().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: "HubError", reason: "offline" });
      expect(String(error)).toContain("Check the connection");
    });

    test("localOnly makes no request", async () => {
      await start();
      await expect(open(MODEL, { localOnly: true })).rejects.toMatchObject({ reason: "offline" });
      await bytesOf(await open());
      await fixture.fake.takeRequests();
      expectBytes(await bytesOf(await open(MODEL, { localOnly: true })), WEIGHTS);
      expect(await open("config.json", { localOnly: true })).toMatchObject({
        absent: expect.stringContaining("not in the cache") as string,
      });
      expect(await fixture.fake.takeRequests()).toEqual([]);
    });

    test("a commit needs no request once it is cached", async () => {
      await start();
      await bytesOf(await open(MODEL, { revision: fixture.fake.commit }));
      await fixture.fake.stop();
      expectBytes(await bytesOf(await open(MODEL, { revision: fixture.fake.commit })), WEIGHTS);
      expect(fixture.warnings).toEqual([]);
    });
  });

  describe("the cache", () => {
    test("models are listed with their sizes, and deleted", async () => {
      await start();
      expect(await cachedModels({ cache: fixture.cache })).toEqual([]);
      await bytesOf(await open());
      const [model, ...others] = await cachedModels({ cache: fixture.cache });
      expect(others).toEqual([]);
      expect(model!.name).toBe("org/tiny");
      expect(model!.bytes - 3_000_000).toBeLessThan(1000);
      expect(await removeFromCache("org/tiny", { cache: fixture.cache })).toBe(true);
      expect(await removeFromCache("org/tiny", { cache: fixture.cache })).toBe(false);
      expect(await cachedModels({ cache: fixture.cache })).toEqual([]);
      expectBytes(await bytesOf(await open()), WEIGHTS);
    });

    test("without a cache, the content is resumed and checked while it is read", async () => {
      await start();
      await fixture.fake.fault({ on: "cdn", method: "GET", resetAfter: 1_000_000 });
      const file = await open(MODEL, { cache: false });
      expect(file).toMatchObject({ bytes: 3_000_000 });
      expectBytes(await bytesOf(file), WEIGHTS);
      await fixture.fake.fault({ on: "cdn", method: "GET", damaged: true });
      await expect(open(MODEL, { cache: false }).then(bytesOf)).rejects.toMatchObject({ reason: "hash-mismatch" });
      expect(await cachedModels({ cache: fixture.cache })).toEqual([]);
    });

    test("a mirror without the API that lists files", async () => {
      await start({ hasApi: false });
      expectBytes(await bytesOf(await open()), WEIGHTS);
      expectBytes(await bytesOf(await open()), WEIGHTS);
      expect(await open("generation_config.json")).toHaveProperty("absent");
    });
  });
}
