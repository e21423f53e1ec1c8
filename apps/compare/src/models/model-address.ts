import { type Dtype, dtypeOfFile } from "@decodekit/core/toolkit";
import { type HubAddress, readHubAddress } from "@decodekit/hub";
import { texts } from "../texts/texts.ts";
import { defaultSettings } from "../url/settings.ts";
import { isWebAddress } from "../url/web-address.ts";

/** What an address names. */
export interface ReadAddress {
  /** A repository ("org/name" or "org/name@revision") or the URL of a folder. */
  readonly model: string;
  /** The hub that an address names itself, if it is not the given one. */
  readonly hub?: string;
  /** Data type of the file that an address names, if the file's name tells it. */
  readonly dtype?: Dtype;
  /** Path of the file that an address names, if its name tells no data type. */
  readonly modelFile?: string;
}

const t = texts.models.problems;

/** First parts of the paths of pages that are not a model, and what is said of them. */
const OTHER_PAGES: Readonly<Record<string, string>> = {
  datasets: t.dataset,
  spaces: t.space,
  models: t.search,
  ...Object.fromEntries(
    ["collections", "docs", "papers", "blog", "posts", "tasks", "settings", "organizations", "join", "login", "pricing", "learn"].map(
      (page) => [page, t.otherPage],
    ),
  ),
};

/** Parts of a page's path that a revision and a file's path follow. */
const BEFORE_FILE = new Set(["blob", "resolve", "raw"]);
const BEFORE_REVISION = new Set([...BEFORE_FILE, "tree", "commit", "commits"]);

/** What the names of repositories say that other programs read. */
const OTHER_WEIGHTS = /[-_](mlx|awq|gptq|exl[23]|ctranslate2|tflite|mlc)(?:$|[-_.])/i;

/**
 * Reads what a person typed or pasted: the name of a repository, the address of a page or file of a hub, or the URL of a folder or of a
 * model file in one. Returns what is wrong with anything else, and with what can be seen not to work.
 */
export function readModelAddress(text: string, hub = defaultSettings.hub): ReadAddress | { readonly problem: string } {
  const trimmed = text.trim();
  if (trimmed === "") return { problem: t.empty };
  // Browsers leave out the protocol of what they show in the address bar.
  const given = /^(www\.)?huggingface\.co\//.test(trimmed) ? `https://${trimmed}` : trimmed;
  if (!isWebAddress(given)) return readName(given);
  const url = new URL(given);
  const endpoint = hubOf(url, hub);
  return endpoint === undefined ? readFolder(url) : readPage(url, endpoint, hub);
}

function readName(text: string): ReadAddress | { readonly problem: string } {
  const address = readHubAddress(text);
  const problem = OTHER_PAGES[text.split("/")[0]!] ?? (address && problemOf(address.repository));
  if (problem !== undefined) return { problem };
  return address ? { model: nameOf(address) } : { problem: t.wrong };
}

/** Returns the hub that a URL is a page of: the given one, the usual one, or another whose URLs have the same form. */
function hubOf(url: URL, hub: string): string | undefined {
  for (const endpoint of [hub, defaultSettings.hub])
    if (url.host.replace(/^www\./, "") === new URL(endpoint).host && url.pathname.startsWith(rootOf(endpoint))) return endpoint;
  const [, org, name, before, revision] = url.pathname.split("/");
  return org && name && revision && before !== undefined && BEFORE_REVISION.has(before) ? url.origin : undefined;
}

function readPage(url: URL, endpoint: string, hub: string): ReadAddress | { readonly problem: string } {
  const parts = url.pathname.slice(rootOf(endpoint).length).split("/").filter(Boolean).map(decoded);
  const [first, second, before, , ...file] = parts;
  const problem = first === undefined ? t.search : (OTHER_PAGES[first] ?? (second === undefined ? t.owner(first) : undefined));
  if (problem !== undefined) return { problem };
  const address = readHubAddress(url.href, endpoint);
  if (!address) return { problem: t.otherPage };
  const path = before !== undefined && BEFORE_FILE.has(before) ? file.join("/") : "";
  const unusable = problemOf(address.repository, path);
  if (unusable !== undefined) return { problem: unusable };
  // A page of the usual hub names a repository that a mirror has too.
  const own = endpoint === hub || endpoint === defaultSettings.hub ? {} : { hub: endpoint };
  return { model: nameOf(address), ...own, ...fileChoice(path) };
}

/** A folder on any server, or one of its files. */
function readFolder(url: URL): ReadAddress | { readonly problem: string } {
  const [, folder, file] = /^(.*?)((?:onnx\/)?[^/]*\.onnx(?:[._]data(?:_\d+)?)?|[^/]+\.json)?$/.exec(url.pathname)!;
  const unusable = problemOf("", url.pathname);
  if (unusable !== undefined) return { problem: unusable };
  if (file === undefined) return { model: url.href };
  const model = new URL(url);
  model.pathname = folder!;
  return { model: model.href, ...fileChoice(file) };
}

/** Returns how to ask for a file: by its data type, which a form can show, or else by its path. */
function fileChoice(path: string): Pick<ReadAddress, "dtype" | "modelFile"> {
  const graph = path.replace(/[._]data(?:_\d+)?$/, "");
  if (!graph.endsWith(".onnx")) return {};
  const dtype = dtypeOfFile(graph);
  return dtype !== undefined && /^(onnx\/)?[^/]+$/.test(graph) ? { dtype } : { modelFile: graph };
}

/** Returns what is known to be wrong with a repository or a file by its name. */
function problemOf(repository: string, path = ""): string | undefined {
  if (/[-_.]gguf(?:$|[-_.])/i.test(repository) || /\.gguf$/i.test(path)) return t.gguf;
  if (/\.(safetensors|bin|pt|pth|msgpack|h5|tflite|mlmodel)$/i.test(path)) return t.otherWeights(`.${path.split(".").at(-1)!}`);
  const [, kind] = OTHER_WEIGHTS.exec(repository) ?? [];
  return kind === undefined ? undefined : t.otherWeights(kind.toUpperCase());
}

function nameOf({ repository, revision }: HubAddress): string {
  return repository + (revision === undefined || revision === "main" ? "" : `@${revision}`);
}

function rootOf(endpoint: string): string {
  return new URL(endpoint).pathname.replace(/\/*$/, "/");
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
