import { environment } from "#environment";
import { InvalidOptionError } from "../errors.ts";
import { checkOptions } from "../options.ts";
import type { AbsentFile, OpenFile } from "./environment/environment.ts";
import type { ModelFiles, ModelSource } from "./model-source.ts";

/** Where the files of a model are. */
export interface ModelPlace {
  /** What the folder is called. */
  readonly name: string;
  /** URL, path or name of a file, for messages. */
  describe(path: string): string;
  /** Path of a file that the native runtime may read by itself. */
  localPath(path: string): string | undefined;
  open(path: string, signal: AbortSignal | undefined): Promise<OpenFile | AbsentFile>;
}

/** @throws InvalidOptionError when `source` is nothing that files can be read from. */
export function modelPlace(source: ModelSource): ModelPlace {
  if (source instanceof URL || (typeof source === "string" && source !== "")) return placeInFolder(String(source));
  if (Array.isArray(source) && source.every((file) => file instanceof File)) return placeOfFiles(source);
  if (typeof source === "object" && source !== null && "files" in source && source.files !== undefined) return placeOfNamedFiles(source);
  throw wrongSource("source", "a URL, a path, an array of File, or { name, files }", source);
}

function placeInFolder(folder: string): ModelPlace {
  let url: URL;
  try {
    url = environment.folderUrl(folder);
  } catch {
    throw wrongSource("source", "a URL, a path, an array of File, or { name, files }", folder);
  }
  return placeOfUrls(lastPart(url.pathname), (path) => fileWithin(url, path));
}

/** Query and fragment of a folder's URL, which may hold a key, belong to each of its files. */
function fileWithin(folder: URL, path: string): URL {
  const url = new URL(folder);
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  url.pathname += url.pathname.endsWith("/") ? encoded : `/${encoded}`;
  return url;
}

function placeOfNamedFiles(source: ModelFiles): ModelPlace {
  checkOptions("loadModel", source, {
    name: { expected: "a string", accepts: (value) => typeof value === "string" },
    files: { expected: "an object of URLs by path", accepts: (value) => typeof value === "object" && value !== null },
  });
  const urls = new Map(Object.entries(source.files).map(([path, url]) => [path, urlOfFile(path, url)]));
  return placeOfUrls(source.name ?? "files", (path) => urls.get(path));
}

function urlOfFile(path: string, url: unknown): URL {
  const base = environment.baseUrl();
  if ((typeof url === "string" || url instanceof URL) && URL.canParse(url, base)) return new URL(url, base);
  throw wrongSource(`files["${path}"]`, base === undefined ? "an absolute URL, as pathToFileURL gives one" : "a URL", url);
}

function placeOfUrls(name: string, urlOf: (path: string) => URL | undefined): ModelPlace {
  return {
    name,
    describe(path) {
      const url = urlOf(path);
      if (!url || url.protocol === "data:") return `${name}/${path}`;
      return environment.localPath(url) ?? url.href;
    },
    async open(path, signal) {
      const url = urlOf(path);
      return url ? environment.openFile(url, signal) : { absent: "is not among the files" };
    },
    localPath(path) {
      const url = urlOf(path);
      return url && environment.localPath(url);
    },
  };
}

/** Files of a picked folder know their path (`webkitRelativePath`); dropped ones only their name. */
function placeOfFiles(files: readonly File[]): ModelPlace {
  const root = files[0]?.webkitRelativePath?.split("/")[0] ?? "";
  const find = (path: string): File | undefined =>
    files.find((file) => file.webkitRelativePath === `${root}/${path}`) ?? files.find((file) => file.name === path.split("/").at(-1));
  return {
    name: root || "files",
    describe: (path) => path,
    async open(path) {
      const file = find(path);
      return file ? { bytes: file.size, stream: file.stream() } : { absent: "is not among the files" };
    },
    localPath: () => undefined,
  };
}

/** Last part of a URL's path, as a person would write it. */
function lastPart(path: string): string {
  const part = path.split("/").findLast((each) => each !== "") ?? "";
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function wrongSource(option: string, expected: string, actual: unknown): InvalidOptionError {
  return new InvalidOptionError({ where: "loadModel", option, expected, actual });
}
