import type { Settings } from "../link/settings.ts";
import { type Lane, makeLane } from "./decoders.ts";
import { withTokens } from "./infill-plugin.ts";
import type { HostedModel } from "./model-host.ts";
import type { LaneRequest } from "./record-lane.ts";
import { host, showProgress } from "./session.ts";
import * as state from "./state.ts";

export interface PreparedLane {
  readonly lane: Lane;
  readonly request: LaneRequest;
}

export interface PreparedLanes {
  /** As they were when it began. */
  readonly settings: Settings;
  readonly hosted: HostedModel;
  readonly promptTokens: Int32Array;
  readonly lanes: readonly PreparedLane[];
}

/** Loads the model of the settings, and makes of each lane what its worker is asked for. */
export async function prepareLanes(signal: AbortSignal): Promise<PreparedLanes> {
  const settings = state.settings.value;
  const { model: name, execution, prompt, seed, maxNewTokens, lanes: specifications } = settings;
  const lanes = specifications.map((specification) => makeLane(specification, state.plugins.value));
  const hosted = await host.load({ name, files: state.droppedFiles.value, execution }, { signal, onProgress: showProgress });
  const promptTokens = await hosted.model.encode(prompt);
  await hosted.texts.learn(promptTokens);
  const prepared: PreparedLane[] = [];
  for (const lane of lanes) {
    const options = await withTokens(lane.plugin, lane.options ?? {}, (text) => hosted.model.encode(text));
    prepared.push({ lane, request: { decoder: referenceTo({ ...lane, options }), promptTokens, maxNewTokens, seed, signal } });
  }
  return { settings, hosted, promptTokens, lanes: prepared };
}

function referenceTo({ plugin, options = {} }: Lane): LaneRequest["decoder"] {
  const own = state.thirdParty.value.find((each) => each.plugin === plugin);
  return own ? { plugin: own.url, options, worker: own.worker } : { plugin: plugin.name, options };
}
