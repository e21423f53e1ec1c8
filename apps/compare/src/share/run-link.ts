import * as v from "valibot";
import type { Trace } from "../trace/trace.ts";
import { readTrace, TraceFileError } from "../trace/trace-file.ts";
import { compactRun, type Kept } from "./compact-run.ts";
import { compactRunSchema } from "./compact-schema.ts";
import { deflateToBase64, InflateError, inflateFromBase64 } from "./compress.ts";
import { CompactRunError, expandRun } from "./expand-run.ts";

/**
 * Longest link with a run, in characters: four lanes of 64 tokens need about as many. Browsers open far longer ones (Chromium 1,900,000, as
 * tried; Safari 80,000 and Firefox 65,536, as documented), and so do messages of GitHub and WhatsApp (65,536), Slack (40,000) and Teams
 * (28 kB). Of the usual chat programs, Discord (2,000) holds no run, and programs that send messages to Slack break them at 4,000.
 */
export const MAX_LINK_LENGTH = 16_000;

/** Before the run: the version of its format. */
const VERSION = "1";
/** Runs of links inflate to at most five times their length; this is over sixty times. */
const MAX_INFLATED_BYTES = 2 ** 20;

/**
 * What a link leaves out to be short enough: candidates beyond the first three, all candidates, also those of draft trees outside their first
 * chain, or also all scores.
 */
export type LeftOut = "nothing" | "some-candidates" | "candidates" | "trees" | "scores";

export interface PackedRun {
  /** Letters, digits, "-", "_" and "." only. */
  readonly text: string;
  readonly leftOut: LeftOut;
}

/** Why a run in a link cannot be read: longer than any link of the app, of a later version, or not a run. */
export type RunLinkProblem = "too-long" | "unknown-version" | "damaged";

/** A run in a link that cannot be read. */
export class RunLinkError extends Error {
  override readonly name = "RunLinkError";
  readonly problem: RunLinkProblem;

  constructor(problem: RunLinkProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}

const attempts: readonly (readonly [LeftOut, Kept])[] = [
  ["nothing", { candidates: Infinity, trees: true }],
  ["some-candidates", { candidates: 3, trees: true }],
  ["candidates", { candidates: 0, trees: true }],
  ["trees", { candidates: 0, trees: false }],
  ["scores", { candidates: undefined, trees: false }],
];

/**
 * Writes a run as the value of a parameter of at most `maxLength` characters; undefined if even events and times alone are longer. Times are
 * rounded to 0.01 ms, scores to four digits, and probabilities of candidates to 0.01 %.
 */
export async function packRun(trace: Trace, maxLength: number): Promise<PackedRun | undefined> {
  for (const [leftOut, kept] of attempts) {
    const text = `${VERSION}.${await deflateToBase64(JSON.stringify(compactRun(trace, kept)))}`;
    if (text.length <= maxLength) return { text, leftOut };
  }
  return undefined;
}

/**
 * Reads a run that `packRun` wrote. It is checked as a trace file is.
 * @throws RunLinkError for any other text.
 */
export async function unpackRun(text: string): Promise<Trace> {
  if (text.length > MAX_LINK_LENGTH) throw new RunLinkError("too-long", `A run in a link has at most ${MAX_LINK_LENGTH} characters.`);
  const [version, packed] = text.split(/\.(.*)/s);
  if (version !== VERSION && /^\d+$/.test(version!))
    throw new RunLinkError("unknown-version", `This is version ${version} of runs in links.`);
  try {
    const json: unknown = JSON.parse(await inflateFromBase64(packed ?? "", MAX_INFLATED_BYTES));
    return readTrace(expandRun(v.parse(compactRunSchema, json)));
  } catch (cause) {
    if (!isDamage(cause)) throw cause;
    throw new RunLinkError("damaged", `The link does not hold a whole run: ${cause.message}`, { cause });
  }
}

function isDamage(error: unknown): error is Error {
  return [InflateError, SyntaxError, v.ValiError, CompactRunError, TraceFileError].some((kind) => error instanceof kind);
}
