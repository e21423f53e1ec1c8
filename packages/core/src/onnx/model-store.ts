import { environment } from "#environment";
import { InvalidOptionError } from "../errors.ts";
import { objectOption, resolveOptions } from "../options.ts";
import { isModelStore } from "./is-model-store.ts";
import type { ModelFiles, ModelSource, ModelStore } from "./model-source.ts";

const SOURCES = "a URL, a path, an array of File, { name, files }, or a store such as hub() returns";

/** Returns the store of any source. @throws InvalidOptionError, which names the function `where`, if `source` is not a model source. */
export function modelStore(where: string, source: ModelSource): ModelStore {
  if (source instanceof URL || (typeof source === "string" && source !== "")) return storeInFolder(where, String(source));
  if (Array.isArray(source) && source.every((file) => file instanceof File)) return storeOfFiles(source);
  if (typeof source === "object" && source !== null && "files" in source && source.files !== undefined)
    return storeOfNamedFiles(where, source);
  if (isModelStore(source)) return source;
  throw new InvalidOptionError({ where, option: "source", expected: SOURCES, actual: source });
}

function storeInFolder(where: string, folder: string): ModelStore {
  let url: URL;
  try {
    url = environment.folderUrl(folder);
  } catch {
    throw new InvalidOptionError({ where, option: "source", expected: SOURCES, actual: folder });
  }
  return storeOfUrls(lastPart(url.pathname), (path) => fileWithin(url, path));
}

/** Returns the URL of a file, with the query and fragment of the folder's URL, which may contain an access key. */
function fileWithin(folder: URL, path: string): URL {
  const url = new URL(folder);
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  url.pathname += url.pathname.endsWith("/") ? encoded : `/${encoded}`;
  return url;
}

function storeOfNamedFiles(where: string, source: ModelFiles): ModelStore {
  resolveOptions(where, source, {
    name: objectOption("a string", (value) => typeof value === "string"),
    files: objectOption("an object of URLs by path", (value) => typeof value === "object" && value !== null),
  });
  const urls = new Map(Object.entries(source.files).map(([path, url]) => [path, urlOfFile(where, path, url)]));
  return storeOfUrls(source.name ?? "files", (path) => urls.get(path));
}

function urlOfFile(where: string, path: string, url: unknown): URL {
  const base = environment.baseUrl();
  if ((typeof url === "string" || url instanceof URL) && URL.canParse(url, base)) return new URL(url, base);
  const expected = base === undefined ? "an absolute URL, such as pathToFileURL returns" : "a URL";
  throw new InvalidOptionError({ where, option: `files["${path}"]`, expected, actual: url });
}

function storeOfUrls(name: string, urlOf: (path: string) => URL | undefined): ModelStore {
  return {
    name,
    describe(path) {
      const url = urlOf(path);
      if (!url || url.protocol === "data:") return `${name}/${path}`;
      return environment.localPath(url) ?? url.href;
    },
    async open(path, { signal }) {
      const url = urlOf(path);
      return url ? environment.openFile(url, signal) : { absent: "is not among the files" };
    },
  };
}

/** Files of a picked folder have a path (`webkitRelativePath`); dropped files have only a name. */
function storeOfFiles(files: readonly File[]): ModelStore {
  const root = files[0]?.webkitRelativePath?.split("/")[0] ?? "";
  const find = (path: string): File | undefined =>
    files.find((file) => file.webkitRelativePath === `${root}/${path}`) ?? files.find((file) => file.name === path.split("/").at(-1));
  return {
    name: root || "files",
    describe: (path) => path,
    async open(path) {
      const file = find(path);
      return file ? { bytes: file.size, blob: file, stream: () => file.stream() } : { absent: "is not among the files" };
    },
  };
}

/** Returns the last part of a URL's path, decoded. */
function lastPart(path: string): string {
  const part = path.split("/").findLast((each) => each !== "") ?? "";
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
