import { recordTrace } from "../../build/record-trace.ts";
import type { RecordingModels } from "../../build/recording-models.ts";
import { gapOf } from "../lab/infill-plugin.ts";
import type { Settings } from "../url/settings.ts";
import { foldLane, type LaneState } from "../trace/fold.ts";
import type { Trace } from "../trace/trace.ts";
import { readTrace } from "../trace/trace-file.ts";
import { factsOf, type LaneFacts } from "./lane-facts.ts";

/** The result of running a scene's lanes as the page does. */
export interface SceneRun {
  readonly models: RecordingModels;
  readonly settings: Settings;
  readonly trace: Trace;
  readonly states: readonly LaneState[];
  readonly lanes: readonly LaneFacts[];
}

export async function runScene(models: RecordingModels, settings: Settings): Promise<SceneRun> {
  const trace = readTrace(await recordTrace(models, settings));
  const states = trace.lanes.map((lane) => foldLane(lane.events, trace.model.maskTokenId, { positions: gapOf(lane), start: lane.start }));
  return { models, settings, trace, states, lanes: factsOf(trace, states)! };
}
