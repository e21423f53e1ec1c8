import { areDefaultLanes, defaultLanes } from "../models/default-lanes.ts";
import type { LocalModel } from "../models/local-files.ts";
import { defaultSettings, isSameLane, type LaneSettings, LOCAL, type Settings } from "../url/settings.ts";
import type { Trace } from "../trace/trace.ts";

/** Where a shown run comes from: the build of the page, this visit, a file, or a link. */
export type RunOrigin = "recorded" | "live" | "file" | "link";

/** A run that is shown, and the settings it was made with. */
export interface ShownRun {
  readonly trace: Trace;
  readonly origin: RunOrigin;
  readonly settings: Settings;
}

/**
 * What the page works on: settings, and the run that was made with them or with earlier ones. The run has one lane for each lane of the
 * settings, in the same order; a lane that has not been run has no events.
 */
export interface RunDocument {
  readonly settings: Settings;
  /** Local files of the model, if it is read from files. */
  readonly files: LocalModel["files"] | undefined;
  readonly run: ShownRun | undefined;
  /** Digests of the outputs that the author of a link saw, one per lane; empty without a link. */
  readonly digests: readonly string[];
}

export function newDocument(settings: Settings, { digests = [], run, files }: Partial<RunDocument> = {}): RunDocument {
  return { settings, files, run, digests };
}

/** Returns the document of a run, for example one that was opened from a file. */
export function documentOf(trace: Trace, settings: Settings, origin: RunOrigin): RunDocument {
  return newDocument(settings, { run: { trace, origin, settings } });
}

/** Changes settings other than the lanes. The run stays, and counts as stale. */
export function withSettings(document: RunDocument, part: Partial<Omit<Settings, "lanes">>): RunDocument {
  const settings = { ...document.settings, ...part };
  const files = settings.model.startsWith(LOCAL) ? document.files : undefined;
  return { ...document, settings, files, digests: [] };
}

/** A model that the visitor chose: what the settings say of it, and its files if they are local. What is left out has its default. */
export interface ChosenModel extends Partial<Pick<Settings, "dtype" | "modelFile" | "hub" | "draftModel">> {
  readonly model: string | LocalModel;
}

/** Chooses a model. Lanes that another model began with are replaced with those that this one begins with. The others keep their results. */
export function withModel(document: RunDocument, { model, ...chosen }: ChosenModel): RunDocument {
  const { dtype, modelFile, hub, draftModel } = defaultSettings;
  const name = typeof model === "string" ? model : LOCAL + model.name;
  const named = withSettings(document, { dtype, modelFile, hub, draftModel, ...chosen, model: name });
  const next = { ...named, files: typeof model === "string" ? undefined : model.files };
  const { lanes } = document.settings;
  if (!areDefaultLanes(lanes)) return next;
  const own = defaultLanes(next.settings);
  return withLanes(next, own, (run) => own.map((lane, index) => (isSameLane(lane, lanes[index]!) ? run[index] : undefined)));
}

/** Adds a lane after the others; it has no run yet. */
export function withLane(document: RunDocument, lane: LaneSettings): RunDocument {
  return withLanes(document, [...document.settings.lanes, lane], (run) => [...run, undefined]);
}

/** Removes a lane and its part of the run. */
export function withoutLane(document: RunDocument, index: number): RunDocument {
  return withLanes(document, document.settings.lanes.toSpliced(index, 1), (run) => run.toSpliced(index, 1));
}

/** Replaces a lane. Its part of the run stays, and counts as stale. */
export function withLaneAt(document: RunDocument, index: number, lane: LaneSettings): RunDocument {
  return withLanes(document, document.settings.lanes.with(index, lane), (run) => run);
}

/** One lane of a run, with its settings; undefined for a lane that has not been run. */
type RunLane = { readonly trace: Trace["lanes"][number]; readonly settings: LaneSettings } | undefined;

function withLanes(
  document: RunDocument,
  lanes: readonly LaneSettings[],
  change: (run: readonly RunLane[]) => readonly RunLane[],
): RunDocument {
  const { run } = document;
  const settings = { ...document.settings, lanes };
  if (!run) return { ...document, settings, digests: [] };
  const before = run.trace.lanes.map((trace, index): RunLane => ({ trace, settings: run.settings.lanes[index]! }));
  const after = change(before).map((lane, index) => lane ?? { trace: laneWithoutRun(lanes[index]!), settings: lanes[index]! });
  return {
    ...document,
    settings,
    digests: [],
    run: {
      ...run,
      trace: { ...run.trace, lanes: after.map(({ trace }) => trace) },
      settings: { ...run.settings, lanes: after.map((lane) => lane.settings) },
    },
  };
}

/** Returns the trace of a lane that has not been run. */
function laneWithoutRun({ decoder, start }: LaneSettings): Trace["lanes"][number] {
  return { specification: decoder, title: "", options: {}, seed: 0, start, events: [] };
}

/** The settings that differ from those of the shown run. */
export interface Staleness {
  readonly settings: readonly Exclude<keyof Settings, "lanes">[];
  /** For each lane, whether its decoder, options or first tokens differ. */
  readonly lanes: readonly boolean[];
}

const compared = [
  ...(["model", "dtype", "modelFile", "hub", "draftModel"] as const),
  ...(["prompt", "chat", "system", "maxNewTokens", "seed", "execution"] as const),
] satisfies readonly (keyof Settings)[];

/** Returns what was changed since the shown run was made; undefined if nothing was, or without a run. */
export function stalenessOf({ settings, run }: RunDocument): Staleness | undefined {
  if (!run) return undefined;
  const changed = compared.filter((key) => settings[key] !== run.settings[key]);
  const lanes = settings.lanes.map((lane, index) => !isSameLane(lane, run.settings.lanes[index]!));
  return changed.length > 0 || lanes.includes(true) ? { settings: changed, lanes } : undefined;
}
