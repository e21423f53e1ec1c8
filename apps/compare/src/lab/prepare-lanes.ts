import type { TokenId } from "@decodekit/core";
import type { Settings } from "../url/settings.ts";
import { type Lane, makeLane } from "./decoders.ts";
import { withTokens } from "./infill-plugin.ts";
import type { HostedModel } from "./model-host.ts";
import type { LaneRequest } from "./record-lane.ts";
import { host, showProgress } from "./activity.ts";
import * as state from "./state.ts";

export interface PreparedLane {
  readonly lane: Lane;
  /** Tokens that the output starts with; they are the end of the request's prompt. */
  readonly start: readonly TokenId[];
  readonly request: LaneRequest;
}

export interface PreparedLanes {
  /** The document that the run belongs to. */
  readonly document: state.DocumentName;
  /** The settings at the start of the run. */
  readonly settings: Settings;
  readonly hosted: HostedModel;
  readonly promptTokens: Int32Array;
  readonly lanes: readonly PreparedLane[];
}

/** Loads the model of the settings and prepares a request for each lane. */
export async function prepareLanes(signal: AbortSignal): Promise<PreparedLanes> {
  const document = state.documentName.value;
  const { settings, files } = state.shownDocument.value;
  const { model, dtype, hub, execution, prompt, seed, maxNewTokens } = settings;
  const lanes = settings.lanes.map(({ decoder, start = [] }) => ({ lane: makeLane(decoder, state.plugins.value), start }));
  const hosted = await host.load(
    { model, dtype, hub, files, execution },
    { signal, onProgress: showProgress, onWarning: (message) => state.notify("info", message) },
  );
  const promptTokens = await hosted.model.encode(prompt);
  await hosted.texts.learn(promptTokens);
  const prepared: PreparedLane[] = [];
  for (const { lane, start } of lanes) {
    await hosted.texts.learn(start);
    const options = await withTokens(lane.plugin, lane.options ?? {}, (text) => hosted.model.encode(text, { addSpecialTokens: false }));
    const request: LaneRequest = {
      decoder: referenceTo({ ...lane, options }),
      promptTokens: Int32Array.of(...promptTokens, ...start),
      maxNewTokens: Math.max(1, maxNewTokens - start.length),
      seed,
      signal,
    };
    prepared.push({ lane, start, request });
  }
  return { document, settings, hosted, promptTokens, lanes: prepared };
}

function referenceTo({ plugin, options = {} }: Lane): LaneRequest["decoder"] {
  const { name } = plugin;
  const own = state.thirdParty.value.find(({ plugins }) => plugins.includes(plugin));
  return own ? { plugin: own.url, name, options, worker: own.worker } : { plugin: name, options };
}
