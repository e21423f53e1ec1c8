import type { Contender } from "./contenders/contender.ts";
import type { Place } from "./place/place.ts";
import type { Row, SuiteName, SuiteRows, Where } from "./rows.ts";

/** What a person chose for all suites of a run. */
export interface Settings {
  /** Folder of the model in the Hugging Face layout. */
  readonly folder: string;
  /** Whether the model is the embedded one. */
  readonly embedded: boolean;
  /** A GGUF file with the same weights, for llama.cpp. */
  readonly gguf?: string;
  /** Measurements of each comparison; undefined for what each suite has by default. */
  readonly pairs?: number;
  readonly threads: number;
  /** Largest number of new tokens of a chat task. */
  readonly tokens: number;
  /** Chat tasks of each kind, 1 to 3. */
  readonly prompts: number;
  /** Names of what is measured beside the base of each comparison; undefined for all. A suite ignores names that it does not have. */
  readonly contenders?: readonly string[];
  /** Whether to do only as much as shows that everything runs. */
  readonly quick: boolean;
}

/** A part of a run that has a process, or a page, of its own. */
export interface Unit {
  readonly suite: SuiteName;
  readonly where: Where;
  /** Path of the graph within the model's folder; "" for suites that do not depend on it. */
  readonly file: string;
  readonly settings: Settings;
  /** Keys of the rows that an earlier run left. */
  readonly done: readonly string[];
}

export interface SuiteContext {
  readonly settings: Settings;
  readonly where: Where;
  readonly file: string;
  readonly place: Place;
  /** Other programs that can be measured at this place. */
  readonly peers: readonly Contender[];
  /** Measurements of each comparison. */
  readonly pairs: number;
  /** Whether an earlier run left the row of this key. Its measurement can be left out. */
  readonly isDone: (key: string) => boolean;
}

/**
 * Returns the contenders that were chosen, and the base of the comparison, which comes first.
 * @throws Error if none of them was chosen.
 */
export function chosenOf<Named extends { readonly name: string }>(
  { contenders: chosen }: Pick<Settings, "contenders">,
  contenders: readonly Named[],
): readonly Named[] {
  const [, ...others] = contenders;
  if (chosen && !others.some(({ name }) => chosen.includes(name)))
    throw new Error(`--contender must name one of ${others.map(({ name }) => JSON.stringify(name)).join(", ")}, got ${chosen.join(", ")}.`);
  return contenders.filter(({ name }, index) => index === 0 || !chosen || chosen.includes(name));
}

export interface Suite<Measured extends Row = Row> {
  readonly name: SuiteName;
  /** Where it can run. */
  readonly where: readonly Where[];
  /** Whether it runs for each file of a model, once for a model, or without a model. */
  readonly per: "file" | "model" | "nothing";
  /** Measurements of each comparison by default. */
  readonly pairs: number;
  /** Yields each row when it is measured. */
  run(context: SuiteContext): AsyncIterable<Measured>;
}

/** Declares a suite; its rows have the type that `SuiteRows` has for its name. */
export function defineSuite<Name extends SuiteName>(
  suite: Suite<SuiteRows[Name]> & { readonly name: Name },
): Suite<SuiteRows[Name]> & { readonly name: Name } {
  return suite;
}

/** Runs a suite on a unit of work, at the place where its contenders are. */
export function runSuite(
  suite: Suite,
  { where, file, settings, done }: Unit,
  { place, peers }: Pick<SuiteContext, "place" | "peers">,
): AsyncIterable<Row> {
  const known = new Set(done);
  const pairs = settings.pairs ?? (settings.quick ? 1 : suite.pairs);
  return suite.run({ settings, where, file, place, peers, pairs, isDone: (key) => known.has(key) });
}
