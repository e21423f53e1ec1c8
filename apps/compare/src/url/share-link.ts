import { DTYPES } from "@decodekit/core/toolkit";
import { readHubAddress } from "@decodekit/hub";
import { areSameLanes, defaultLanes } from "../models/default-lanes.ts";
import { MAX_LANES } from "../trace/trace-file.ts";
import {
  defaultSettings,
  type ChatChoice,
  type ExecutionChoice,
  type LaneSettings,
  LOCAL,
  MAX_NEW_TOKENS,
  MAX_PROMPT_LENGTH,
  type Settings,
} from "./settings.ts";
import { isWebAddress } from "./web-address.ts";

/** A page of the app, and the contents of its URL. */
export interface Location {
  readonly route: Route;
  /** Chapter of the tour, counted from 1. */
  readonly chapter: number;
  /** Scene of the chapter, counted from 1. */
  readonly scene: number;
  readonly settings: Settings;
  /** Digests of the author's outputs, one per lane. */
  readonly digests: readonly string[];
  /** The run itself, as `packRun` writes it; undefined if the link has only settings. It is read later. */
  readonly run: string | undefined;
  /** Whether the page is a frame of another page, and shows only the lanes and the replay. */
  readonly isEmbedded: boolean;
  /** Names of the invalid parts of the URL, which are ignored. */
  readonly ignored: readonly string[];
}

export type Route = "compare" | "tour" | "measure" | "sets" | "about";
/** Pages with settings in their URL. */
export type SettingsRoute = Extract<Route, "compare" | "measure" | "sets">;

const MAX_CHAPTERS = 99;
const MAX_SCENES = 9;
const executions: ReadonlySet<string> = new Set(["auto", "webgpu", "wasm"]);
const chatChoices: ReadonlySet<string> = new Set(["auto", "on", "off"]);
const dtypes: ReadonlySet<string> = new Set(["auto", ...DTYPES]);
const KEYS = {
  model: "m",
  dtype: "t",
  modelFile: "f",
  hub: "h",
  draftModel: "a",
  prompt: "p",
  chat: "c",
  system: "y",
  maxNewTokens: "n",
  seed: "s",
  lanes: "l",
  starts: "b",
  execution: "x",
  digests: "d",
  run: "r",
  isEmbedded: "embed",
} as const;

/** Settings other than the lanes, in the order in which a link has them. */
const LINKED: readonly Exclude<keyof Settings, "lanes">[] = [
  "model",
  "dtype",
  "modelFile",
  "hub",
  "draftModel",
  "prompt",
  "chat",
  "system",
  "maxNewTokens",
  "seed",
  "execution",
];

/** What a link may have beside settings; see `Location`. */
export type LinkExtras = Partial<Pick<Location, "run" | "isEmbedded">>;

/** Returns the URL hash of `settings`, without the defaults; the lanes that a model begins with are a default too. */
export function writeLink(
  settings: Settings,
  digests: readonly string[] = [],
  route: SettingsRoute = "compare",
  { run, isEmbedded = false }: LinkExtras = {},
): string {
  const query = new URLSearchParams();
  for (const key of LINKED) if (settings[key] !== defaultSettings[key]) query.set(KEYS[key], String(settings[key]));
  if (!areSameLanes(settings.lanes, defaultLanes(settings))) {
    for (const { decoder } of settings.lanes) query.append(KEYS.lanes, decoder);
    for (const [index, { start = [] }] of settings.lanes.entries())
      if (start.length > 0) query.append(KEYS.starts, [index, ...start].join("."));
  }
  for (const digest of digests) query.append(KEYS.digests, digest);
  if (isEmbedded) query.set(KEYS.isEmbedded, "1");
  if (run !== undefined) query.set(KEYS.run, run);
  const text = query.toString();
  return `#/${route === "compare" ? "" : route}${text ? `?${text}` : ""}`;
}

function isRoute(text: string): text is Exclude<Route, "compare"> {
  return text === "tour" || text === "measure" || text === "sets" || text === "about";
}

/** Reads any URL hash. Invalid parts are ignored and listed. `isLane` returns whether a decoder with its options is valid. */
export function readLink(hash: string, isLane: (decoder: string) => boolean): Location {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const [first = "", second = "", third = ""] = path.split("/");
  const route = isRoute(first) ? first : "compare";
  const ignored: string[] = first === "" || route !== "compare" ? [] : [path];
  const chapter = integer(second || "1", 1, MAX_CHAPTERS);
  const scene = integer(third || "1", 1, MAX_SCENES);
  const query = new URLSearchParams(search.slice(0, 20_000));
  const take = <Value>(key: keyof typeof KEYS, read: (text: string) => Value | undefined, fallback: Value): Value => {
    const text = query.get(KEYS[key]);
    if (text === null) return fallback;
    const value = read(text);
    if (value === undefined) ignored.push(KEYS[key]);
    return value ?? fallback;
  };
  const model = take("model", (text) => (isModel(text) ? text : undefined), defaultSettings.model);
  const draftModel = take("draftModel", (text) => (isDraftModel(text) ? text : undefined), defaultSettings.draftModel);
  const settings: Settings = {
    model,
    dtype: take("dtype", (text) => (isDtype(text) ? text : undefined), defaultSettings.dtype),
    modelFile: take("modelFile", (text) => (isModelFile(text) ? text : undefined), defaultSettings.modelFile),
    draftModel,
    hub: take("hub", (text) => (isHub(text) ? text : undefined), defaultSettings.hub),
    prompt: take("prompt", (text) => (text.length <= MAX_PROMPT_LENGTH ? text : undefined), defaultSettings.prompt),
    chat: take("chat", (text) => (isChatChoice(text) ? text : undefined), defaultSettings.chat),
    system: take("system", (text) => (text.length <= MAX_PROMPT_LENGTH ? text : undefined), defaultSettings.system),
    maxNewTokens: take("maxNewTokens", (text) => integer(text, 1, MAX_NEW_TOKENS), defaultSettings.maxNewTokens),
    seed: take("seed", (text) => integer(text, 0, Number.MAX_SAFE_INTEGER), defaultSettings.seed),
    execution: take("execution", (text) => (isExecution(text) ? text : undefined), defaultSettings.execution),
    lanes: readLanes(query, isLane, ignored) ?? defaultLanes({ model, draftModel }),
  };
  const digests = query.getAll(KEYS.digests).filter((digest) => /^[\da-f]{8}$/.test(digest));
  return {
    route,
    chapter: chapter ?? 1,
    scene: scene ?? 1,
    settings,
    digests: digests.slice(0, MAX_LANES),
    run: query.get(KEYS.run) ?? undefined,
    isEmbedded: query.get(KEYS.isEmbedded) === "1",
    ignored,
  };
}

function readLanes(query: URLSearchParams, isLane: (decoder: string) => boolean, ignored: string[]): readonly LaneSettings[] | undefined {
  const given = query.getAll(KEYS.lanes);
  const decoders = given.slice(0, MAX_LANES).filter((decoder) => isLane(decoder));
  if (decoders.length < given.length) ignored.push(KEYS.lanes);
  if (decoders.length === 0) return undefined;
  const lanes: LaneSettings[] = decoders.map((decoder) => ({ decoder }));
  for (const text of query.getAll(KEYS.starts)) {
    const [lane, ...start] = text.split(".").map((part) => integer(part, 0, 2 ** 31 - 1));
    const isValid = lane !== undefined && lane < lanes.length && start.length > 0 && start.length <= MAX_NEW_TOKENS;
    // The lanes of a link are counted with those that are left out.
    if (isValid && decoders.length === given.length && start.every((token) => token !== undefined))
      lanes[lane] = { ...lanes[lane]!, start };
    else ignored.push(KEYS.starts);
  }
  return lanes;
}

function integer(text: string, minimum: number, maximum: number): number | undefined {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  return value >= minimum && value <= maximum ? value : undefined;
}

/** Whether `text` is a short name, a repository of a hub, an http(s) URL, or the name of local files. */
export function isModel(text: string): boolean {
  if (text.startsWith(LOCAL)) return text.length > LOCAL.length && text.length <= 200;
  return /^[a-z][\w-]{0,40}$/.test(text) || (text.length <= 2000 && (isWebAddress(text) || readHubAddress(text) !== undefined));
}

/** Whether `text` can name a draft model: as `isModel`, without local files; or none. */
export function isDraftModel(text: string): boolean {
  return text === "" || (isModel(text) && !text.startsWith(LOCAL));
}

/** Whether `text` can be the path of a model file within a folder; or none. */
export function isModelFile(text: string): boolean {
  return text === "" || (text.length <= 300 && /^(?!.*(^|\/)\.\.?\/)[^/\\:][^\\:]*\.onnx$/.test(text));
}

function isChatChoice(text: string): text is ChatChoice {
  return chatChoices.has(text);
}

export function isDtype(text: string): text is Settings["dtype"] {
  return dtypes.has(text);
}

export function isExecution(text: string): text is ExecutionChoice {
  return executions.has(text);
}

/** Whether `text` can be the URL of a hub. */
export function isHub(text: string): boolean {
  if (text.length > 2000 || !isWebAddress(text)) return false;
  const { username, password, search, hash } = new URL(text);
  return [username, password, search, hash].every((part) => part === "");
}

/** Returns a digest of an output: eight hexadecimal digits, 32-bit FNV-1a over the token ids. */
export function digestOf(tokens: Iterable<number>): string {
  let hash = 0x811c9dc5;
  for (const token of tokens) {
    for (let shift = 0; shift < 32; shift += 8) hash = Math.imul(hash ^ ((token >>> shift) & 255), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
