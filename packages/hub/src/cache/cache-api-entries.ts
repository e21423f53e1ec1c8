import type { PageEntries } from "./page-entries.ts";

/** Names of entries are turned into URLs of a host that does not exist. */
const BASE = "https://decodekit-hub.invalid/";
const SIZE = "x-size";

/** Entries of the Cache API; undefined if the browser has none. */
export async function cacheApiEntries(place: string): Promise<PageEntries | undefined> {
  const cache = await globalThis.caches?.open(place).catch(() => undefined);
  if (!cache) return undefined;
  const below = async (folder: string): Promise<readonly Request[]> => {
    const prefix = folder === "" ? BASE : `${urlOf(folder)}/`;
    return (await cache.keys()).filter(({ url }) => url.startsWith(prefix));
  };
  return {
    async read(name) {
      return (await cache.match(urlOf(name)))?.blob();
    },
    async readText(name) {
      return (await cache.match(urlOf(name)))?.text();
    },
    async write(name, content) {
      await cache.put(urlOf(name), new Response(content, { headers: { [SIZE]: String(content.size) } }));
    },
    async list(folder) {
      const files = (await below(folder)).map(async (request) => ({
        name: nameOf(request.url),
        bytes: Number((await cache.match(request))?.headers.get(SIZE) ?? 0),
      }));
      return (await Promise.all(files)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },
    async remove(folder) {
      await Promise.all((await below(folder)).map((request) => cache.delete(request)));
    },
  };
}

function urlOf(name: string): string {
  return BASE + name.split("/").map(encodeURIComponent).join("/");
}

function nameOf(url: string): string {
  return url.slice(BASE.length).split("/").map(decodeURIComponent).join("/");
}
