import { DTYPES } from "@decodekit/core/toolkit";
import { readHubAddress } from "@decodekit/hub";
import { MAX_LANES } from "../trace/trace-file.ts";
import { defaultSettings, type ExecutionChoice, MAX_PROMPT_LENGTH, MAX_NEW_TOKENS, type Settings } from "../url/settings.ts";

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
  /** Names of the invalid parts of the URL, which are ignored. */
  readonly ignored: readonly string[];
}

export type Route = "compare" | "tour" | "measure" | "about";
/** Pages with settings in their URL. */
export type SettingsRoute = Extract<Route, "compare" | "measure">;

const CHAPTERS = 6;
const MAX_SCENES = 9;
const executions: ReadonlySet<string> = new Set(["auto", "webgpu", "wasm"]);
const dtypes: ReadonlySet<string> = new Set(["auto", ...DTYPES]);
const KEYS = {
  model: "m",
  dtype: "t",
  hub: "h",
  prompt: "p",
  maxNewTokens: "n",
  seed: "s",
  lanes: "l",
  execution: "x",
  digests: "d",
} as const;

/** Returns the URL hash of `settings`, without the defaults. */
export function writeLink(settings: Settings, digests: readonly string[] = [], route: SettingsRoute = "compare"): string {
  const query = new URLSearchParams();
  for (const key of ["model", "dtype", "hub", "prompt", "maxNewTokens", "seed", "execution"] as const)
    if (settings[key] !== defaultSettings[key]) query.set(KEYS[key], String(settings[key]));
  if (settings.lanes.join("\n") !== defaultSettings.lanes.join("\n")) for (const lane of settings.lanes) query.append(KEYS.lanes, lane);
  for (const digest of digests) query.append(KEYS.digests, digest);
  const text = query.toString();
  return `#/${route === "compare" ? "" : route}${text ? `?${text}` : ""}`;
}

/** Reads any URL hash. Invalid parts are ignored and listed. `isLane` returns whether a specification is valid. */
export function readLink(hash: string, isLane: (specification: string) => boolean): Location {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const [first = "", second = "", third = ""] = path.split("/");
  const route: Route = first === "tour" || first === "measure" || first === "about" ? first : "compare";
  const ignored: string[] = first === "" || route !== "compare" ? [] : [path];
  const chapter = integer(second || "1", 1, CHAPTERS);
  const scene = integer(third || "1", 1, MAX_SCENES);
  const query = new URLSearchParams(search.slice(0, 20_000));
  const take = <Value>(key: keyof typeof KEYS, read: (text: string) => Value | undefined, fallback: Value): Value => {
    const text = query.get(KEYS[key]);
    if (text === null) return fallback;
    const value = read(text);
    if (value === undefined) ignored.push(KEYS[key]);
    return value ?? fallback;
  };
  const settings: Settings = {
    model: take("model", (text) => (isModel(text) ? text : undefined), defaultSettings.model),
    dtype: take("dtype", (text) => (dtypes.has(text) ? (text as Settings["dtype"]) : undefined), defaultSettings.dtype),
    hub: take("hub", (text) => (isHub(text) ? text : undefined), defaultSettings.hub),
    prompt: take("prompt", (text) => (text.trim() !== "" && text.length <= MAX_PROMPT_LENGTH ? text : undefined), defaultSettings.prompt),
    maxNewTokens: take("maxNewTokens", (text) => integer(text, 1, MAX_NEW_TOKENS), defaultSettings.maxNewTokens),
    seed: take("seed", (text) => integer(text, 0, Number.MAX_SAFE_INTEGER), defaultSettings.seed),
    execution: take("execution", (text) => (executions.has(text) ? (text as ExecutionChoice) : undefined), defaultSettings.execution),
    lanes: lanesOf(query.getAll(KEYS.lanes), isLane, ignored),
  };
  const digests = query.getAll(KEYS.digests).filter((digest) => /^[\da-f]{8}$/.test(digest));
  return { route, chapter: chapter ?? 1, scene: scene ?? 1, settings, digests: digests.slice(0, MAX_LANES), ignored };
}

function lanesOf(given: readonly string[], isLane: (specification: string) => boolean, ignored: string[]): readonly string[] {
  const lanes = given.slice(0, MAX_LANES).filter((lane) => isLane(lane));
  if (lanes.length < given.length) ignored.push(KEYS.lanes);
  return lanes.length > 0 ? lanes : defaultSettings.lanes;
}

function integer(text: string, minimum: number, maximum: number): number | undefined {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  return value >= minimum && value <= maximum ? value : undefined;
}

/** Whether `text` is a short name, a repository of a hub, or an http(s) URL. */
export function isModel(text: string): boolean {
  return /^[a-z][\w-]{0,40}$/.test(text) || (text.length <= 2000 && (isWebAddress(text) || readHubAddress(text) !== undefined));
}

/** Whether `text` can be the URL of a hub. */
export function isHub(text: string): boolean {
  if (text.length > 2000 || !isWebAddress(text)) return false;
  const { username, password, search, hash } = new URL(text);
  return [username, password, search, hash].every((part) => part === "");
}

/** Whether `text` is an http(s) URL. */
export function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** Returns a digest of an output: eight hexadecimal digits, 32-bit FNV-1a over the token ids. */
export function digestOf(tokens: Iterable<number>): string {
  let hash = 0x811c9dc5;
  for (const token of tokens) {
    for (let shift = 0; shift < 32; shift += 8) hash = Math.imul(hash ^ ((token >>> shift) & 255), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
