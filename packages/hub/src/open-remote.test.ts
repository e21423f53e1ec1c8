import { afterEach, expect, test, vi } from "vitest";
import type { Part } from "./cache/model-cache.ts";
import { downloadInto } from "./open-remote.ts";
import type { RemoteFile } from "./remote-file.ts";

const URL_OF_FILE = "https://hub.example/org/tiny/resolve/main/a.bin";
const hub = { endpoint: "https://hub.example", token: undefined };
const file: RemoteFile = { url: URL_OF_FILE, bytes: 3, objectId: undefined, contentId: "a", etag: undefined };

function partThat(append: () => Promise<void>): Part {
  return { bytes: 0, async *content() {}, append, restart: async () => undefined };
}

afterEach(() => vi.unstubAllGlobals());

test.each(["ENOSPC", "EDQUOT"])("a write that fails with %s is an error that says to make room, without a second request", async (code) => {
  const fetch = vi.fn<() => Promise<Response>>(async () => new Response("abc"));
  vi.stubGlobal("fetch", fetch);
  const full = partThat(() => Promise.reject(Object.assign(new Error("no space left on device"), { code })));
  await expect(downloadInto(full, hub, file, {})).rejects.toMatchObject({
    name: "HubError",
    reason: "quota",
    message: expect.stringContaining("removeFromCache") as string,
  });
  expect(fetch).toHaveBeenCalledTimes(1);
});

test("any other failed write is thrown as it is", async () => {
  vi.stubGlobal("fetch", async () => new Response("abc"));
  const broken = new Error("EIO");
  await expect(
    downloadInto(
      partThat(() => Promise.reject(broken)),
      hub,
      file,
      {},
    ),
  ).rejects.toBe(broken);
});
