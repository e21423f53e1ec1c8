import { afterEach, expect, test, vi } from "vitest";
import { askAbout } from "./remote-file.ts";

const hub = { endpoint: "https://hub.example", token: undefined };
const URL_OF_FILE = "https://hub.example/org/tiny/resolve/main/a.bin";
const SHA256 = "ab".repeat(32);
const GIT = "cd".repeat(20);
const COMMIT = { "x-repo-commit": "ef".repeat(20) };

afterEach(() => vi.unstubAllGlobals());

/** Asks a server that answers with these headers in turn; those with a location are redirects. */
function ask(...answers: readonly Record<string, string>[]): ReturnType<typeof askAbout> {
  const left = [...answers];
  vi.stubGlobal("fetch", async () => {
    const headers = left.shift()!;
    return new Response(null, { status: "location" in headers ? 302 : 200, headers });
  });
  return askAbout(hub, URL_OF_FILE);
}

test("a large file is behind a redirect to another host, with its hash and size", async () => {
  const linked = { "x-linked-etag": `"${SHA256}"`, "x-linked-size": "123", etag: '"of the redirect"', "content-length": "9" };
  expect(await ask({ ...COMMIT, ...linked, location: "https://cdn.example/x" })).toMatchObject({
    commit: COMMIT["x-repo-commit"],
    file: { url: URL_OF_FILE, bytes: 123, objectId: { algorithm: "sha256", hex: SHA256 }, contentId: SHA256, etag: undefined },
  });
});

test.each([`"${GIT}"`, `W/"${GIT}"`])("a small file has its git object id as the ETag %s", async (etag) => {
  const { file } = await ask({ ...COMMIT, etag, "content-length": "7" });
  expect(file).toMatchObject({ bytes: 7, objectId: { algorithm: "git", hex: GIT }, contentId: GIT, etag });
});

test("a redirect within the hub is followed, and the headers of both count", async () => {
  const { file, commit } = await ask(
    { ...COMMIT, location: "/org/renamed/resolve/main/a.bin" },
    { etag: `"${GIT}"`, "content-length": "7" },
  );
  expect(commit).toBe(COMMIT["x-repo-commit"]);
  expect(file).toMatchObject({ bytes: 7, objectId: { hex: GIT } });
});

test.each([
  ["of a server that is no hub", { etag: `"${GIT}"` }],
  ["of another form", { ...COMMIT, etag: '"5f3a-61b"' }],
  ["that is missing", COMMIT],
])("an ETag %s is no hash, and the content has a name of its own", async (_, headers) => {
  const { file } = await ask(headers);
  expect(file).toMatchObject({ objectId: undefined, contentId: expect.stringMatching(/^other-[0-9a-f]{64}$/u) as string });
});

test("the length of a compressed answer is not the size", async () => {
  expect((await ask({ ...COMMIT, "content-length": "7", "content-encoding": "gzip" })).file).toMatchObject({ bytes: undefined });
});
