import { environment } from "#environment";
import { InvalidOptionError } from "../errors.ts";
import { objectOption, resolveOptions } from "../options.ts";
import type { AbsentFile, OpenFile } from "./environment/environment.ts";
import type { ModelFiles, ModelSource } from "./model-source.ts";

/** The place where the files of a model are. */
export interface ModelPlace {
  /** Name of the folder. */
  readonly name: string;
  /** Returns the URL, path or name of a file, for messages. */
  describe(path: string): string;
  /** Returns the path of a file for the native runtime to read itself, if there is one. */
  localPath(path: string): string | undefined;
  open(path: string, signal: AbortSignal | undefined): Promise<OpenFile | AbsentFile>;
}

/** @throws InvalidOptionError if `source` is not a model source. */
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

/** Returns the URL of a file, with the query and fragment of the folder's URL, which may contain an access key. */
function fileWithin(folder: URL, path: string): URL {
  const url = new URL(folder);
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  url.pathname += url.pathname.endsWith("/") ? encoded : `/${encoded}`;
  return url;
}

function placeOfNamedFiles(source: ModelFiles): ModelPlace {
  resolveOptions("loadModel", source, {
    name: objectOption("a string", (value) => typeof value === "string"),
    files: objectOption("an object of URLs by path", (value) => typeof value === "object" && value !== null),
  });
  const urls = new Map(Object.entries(source.files).map(([path, url]) => [path, urlOfFile(path, url)]));
  return placeOfUrls(source.name ?? "files", (path) => urls.get(path));
}

function urlOfFile(path: string, url: unknown): URL {
  const base = environment.baseUrl();
  if ((typeof url === "string" || url instanceof URL) && URL.canParse(url, base)) return new URL(url, base);
  throw wrongSource(`files["${path}"]`, base === undefined ? "an absolute URL, such as pathToFileURL returns" : "a URL", url);
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

/** Files of a picked folder have a path (`webkitRelativePath`); dropped files have only a name. */
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

/** Returns the last part of a URL's path, decoded. */
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
