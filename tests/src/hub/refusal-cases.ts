import { removeFromCache } from "@decodekit/hub";
import { describe, expect, test } from "vitest";
import { bytesOf, expectBytes, MODEL, PLAN, WEIGHTS, type HubFixture } from "./hub-fixture.ts";

/** Cases of answers that are wrong or no file. */
export function refusalCases(fixture: HubFixture): void {
  const { start, open } = fixture;

  describe("contents that are wrong", () => {
    test.each([
      ["a large file", MODEL, "cdn"],
      ["a small file", "config.json", "hub"],
    ] as const)("%s damaged once is fetched again; damaged twice is an error, and nothing of it is kept", async (_, path, on) => {
      await start();
      await fixture.fake.fault({ on, method: "GET", path, damaged: true });
      const right = PLAN.files[path]!;
      expectBytes(await bytesOf(await open(path)), right);
      expect(await removeFromCache("org/tiny", { cache: fixture.cache })).toBe(true);
      await fixture.fake.fault({ on, method: "GET", path, damaged: true, times: 2 });
      await expect(open(path)).rejects.toMatchObject({ name: "HubError", reason: "hash-mismatch" });
      expectBytes(await bytesOf(await open(path)), right);
    });

    test("a file that grows beyond its stated size is an error", async () => {
      await start();
      await fixture.fake.fault({ on: "cdn", method: "GET", status: 200, body: "x".repeat(3_000_001), times: 2 });
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
      await fixture.fake.fault({ on: fixture.isNode ? "hub" : "api", status, headers });
      const error: unknown = await open().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: "HubError", code: "HUB", reason });
      expect(String(error)).toMatch(message);
      expectBytes(await bytesOf(await open()), WEIGHTS);
    });

    test("a missing file is absent", async () => {
      await start();
      expect(await open("generation_config.json")).toMatchObject({
        absent: expect.stringContaining(fixture.isNode ? "404" : "not among") as string,
      });
      await fixture.fake.takeRequests();
      expect(await open("generation_config.json")).toHaveProperty("absent");
      expect((await fixture.fake.takeRequests()).length, "only the commit is asked for").toBe(1);
    });

    test("a page in place of a missing file means that it is absent", async () => {
      await start({ hasApi: false });
      const page = { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body: "<!doctype html><title>App</title>" };
      await fixture.fake.fault({ on: "hub", path: "generation_config.json", times: 9, ...page });
      expect(await open("generation_config.json")).toHaveProperty("absent");
      await fixture.fake.clearFaults();
      await fixture.fake.replace("generation_config.json", WEIGHTS);
      expectBytes(await bytesOf(await open("generation_config.json")), WEIGHTS);
    });

    test("a server that is not a hub", async () => {
      await start();
      const page = { status: 200, headers: { "content-type": "text/html" }, body: "<!doctype html><title>Log in</title>", times: 9 };
      for (const on of ["hub", "api"] as const) await fixture.fake.fault({ on, ...page });
      await expect(open()).rejects.toMatchObject({
        reason: "server",
        message: expect.stringContaining("endpoint") as string,
      });
    });
  });
}
