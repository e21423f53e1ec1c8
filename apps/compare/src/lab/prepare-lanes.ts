import type { Settings } from "../url/settings.ts";
import { type Lane, makeLane } from "./decoders.ts";
import { withTokens } from "./infill-plugin.ts";
import type { HostedModel } from "./model-host.ts";
import type { LaneRequest } from "./record-lane.ts";
import { host, showProgress } from "./activity.ts";
import * as state from "./state.ts";

export interface PreparedLane {
  readonly lane: Lane;
  readonly request: LaneRequest;
}

export interface PreparedLanes {
  /** The settings at the start of the run. */
  readonly settings: Settings;
  readonly hosted: HostedModel;
  readonly promptTokens: Int32Array;
  readonly lanes: readonly PreparedLane[];
}

/** Loads the model of the settings and prepares a request for each lane. */
export async function prepareLanes(signal: AbortSignal): Promise<PreparedLanes> {
  const settings = state.settings.value;
  const { model, dtype, hub, execution, prompt, seed, maxNewTokens, lanes: specifications } = settings;
  const lanes = specifications.map((specification) => makeLane(specification, state.plugins.value));
  const hosted = await host.load(
    { model, dtype, hub, files: state.droppedFiles.value, execution },
    { signal, onProgress: showProgress, onWarning: (message) => state.notify("info", message) },
  );
  const promptTokens = await hosted.model.encode(prompt);
  await hosted.texts.learn(promptTokens);
  const prepared: PreparedLane[] = [];
  for (const lane of lanes) {
    const options = await withTokens(lane.plugin, lane.options ?? {}, (text) => hosted.model.encode(text, { addSpecialTokens: false }));
    prepared.push({ lane, request: { decoder: referenceTo({ ...lane, options }), promptTokens, maxNewTokens, seed, signal } });
  }
  return { settings, hosted, promptTokens, lanes: prepared };
}

function referenceTo({ plugin, options = {} }: Lane): LaneRequest["decoder"] {
  const { name } = plugin;
  const own = state.thirdParty.value.find(({ plugins }) => plugins.includes(plugin));
  return own ? { plugin: own.url, name, options, worker: own.worker } : { plugin: name, options };
}
