import { MOST_LANES } from "../trace/trace-file.ts";
import { defaultSettings, type ExecutionChoice, LONGEST_PROMPT, MOST_NEW_TOKENS, type Settings } from "./settings.ts";

/** A page of the app, and what its address says. */
export interface Location {
  readonly route: Route;
  /** Of the tour, from 1. */
  readonly chapter: number;
  /** Of the chapter, from 1. */
  readonly scene: number;
  readonly settings: Settings;
  /** Of the outputs that the link's author saw, one per lane. */
  readonly digests: readonly string[];
  /** Names of what was wrong in the address, and is ignored. */
  readonly ignored: readonly string[];
}

export type Route = "compare" | "tour" | "measure" | "about";
/** Pages that have settings in their address. */
export type SettingsRoute = Extract<Route, "compare" | "measure">;

const CHAPTERS = 6;
const MOST_SCENES = 9;
const executions: ReadonlySet<string> = new Set(["auto", "webgpu", "wasm"]);
const KEYS = { model: "m", prompt: "p", maxNewTokens: "n", seed: "s", lanes: "l", execution: "x", digests: "d" } as const;

/** Address of `settings`; what is as by default is left out. */
export function writeLink(settings: Settings, digests: readonly string[] = [], route: SettingsRoute = "compare"): string {
  const query = new URLSearchParams();
  for (const key of ["model", "prompt", "maxNewTokens", "seed", "execution"] as const)
    if (settings[key] !== defaultSettings[key]) query.set(KEYS[key], String(settings[key]));
  if (settings.lanes.join("\n") !== defaultSettings.lanes.join("\n")) for (const lane of settings.lanes) query.append(KEYS.lanes, lane);
  for (const digest of digests) query.append(KEYS.digests, digest);
  const text = query.toString();
  return `#/${route === "compare" ? "" : route}${text ? `?${text}` : ""}`;
}

/** Reads any address: what is wrong in it is ignored and named. `isLane` tells whether a decoder can be made of a text. */
export function readLink(hash: string, isLane: (specification: string) => boolean): Location {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const [first = "", second = "", third = ""] = path.split("/");
  const route: Route = first === "tour" || first === "measure" || first === "about" ? first : "compare";
  const ignored: string[] = first === "" || route !== "compare" ? [] : [path];
  const chapter = integer(second || "1", 1, CHAPTERS);
  const scene = integer(third || "1", 1, MOST_SCENES);
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
    prompt: take("prompt", (text) => (text.trim() !== "" && text.length <= LONGEST_PROMPT ? text : undefined), defaultSettings.prompt),
    maxNewTokens: take("maxNewTokens", (text) => integer(text, 1, MOST_NEW_TOKENS), defaultSettings.maxNewTokens),
    seed: take("seed", (text) => integer(text, 0, Number.MAX_SAFE_INTEGER), defaultSettings.seed),
    execution: take("execution", (text) => (executions.has(text) ? (text as ExecutionChoice) : undefined), defaultSettings.execution),
    lanes: lanesOf(query.getAll(KEYS.lanes), isLane, ignored),
  };
  const digests = query.getAll(KEYS.digests).filter((digest) => /^[\da-f]{8}$/.test(digest));
  return { route, chapter: chapter ?? 1, scene: scene ?? 1, settings, digests: digests.slice(0, MOST_LANES), ignored };
}

function lanesOf(given: readonly string[], isLane: (specification: string) => boolean, ignored: string[]): readonly string[] {
  const lanes = given.slice(0, MOST_LANES).filter((lane) => isLane(lane));
  if (lanes.length < given.length) ignored.push(KEYS.lanes);
  return lanes.length > 0 ? lanes : defaultSettings.lanes;
}

function integer(text: string, minimum: number, maximum: number): number | undefined {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  return value >= minimum && value <= maximum ? value : undefined;
}

/** A short name, or an address that can be fetched. */
export function isModel(text: string): boolean {
  return /^[a-z][\w-]{0,40}$/.test(text) || (text.length <= 2000 && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol));
}

/** Eight hexadecimal digits that tell one output from another (FNV-1a over the token ids). */
export function digestOf(tokens: Iterable<number>): string {
  let hash = 0x811c9dc5;
  for (const token of tokens) {
    for (let shift = 0; shift < 32; shift += 8) hash = Math.imul(hash ^ ((token >>> shift) & 255), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
