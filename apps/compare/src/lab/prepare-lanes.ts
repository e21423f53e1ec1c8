import type { TokenId } from "@decodekit/core";
import { readPrompt, TEMPLATE_DATE, type ReadPrompt } from "../models/chat-prompt.ts";
import { factsOf } from "../models/model-facts.ts";
import { whyNot } from "../models/why-not.ts";
import { texts } from "../texts/texts.ts";
import type { Settings } from "../url/settings.ts";
import { type Lane, makeLane } from "./decoders.ts";
import { withStart } from "./constrained-plugin.ts";
import type { HostedModel } from "./model-host.ts";
import { requestOf } from "./model-request.ts";
import type { LaneRequest } from "./record-lane.ts";
import { host, showProgress } from "./activity.ts";
import { learnFacts } from "./shown-facts.ts";
import * as state from "./state.ts";

export interface PreparedLane {
  readonly lane: Lane;
  /** Tokens that the output starts with; they are the end of the request's prompt. */
  readonly start: readonly TokenId[];
  readonly request: LaneRequest;
  /** Why the model cannot run the lane, which is then left out of the run; undefined if it can. */
  readonly reason: string | undefined;
}

export interface PreparedLanes {
  /** The document that the run belongs to. */
  readonly document: state.DocumentName;
  /** The settings at the start of the run. */
  readonly settings: Settings;
  readonly hosted: HostedModel;
  readonly prompt: ReadPrompt;
  readonly lanes: readonly PreparedLane[];
}

/** Loads the model of the settings and prepares a request for each lane. */
export async function prepareLanes(signal: AbortSignal): Promise<PreparedLanes> {
  const document = state.documentName.value;
  const { settings, files } = state.shownDocument.value;
  const { seed, maxNewTokens } = settings;
  const lanes = settings.lanes.map(({ decoder, start = [] }) => ({ lane: makeLane(decoder, state.plugins.value), start }));
  const hosted = await host.load(requestOf(settings, files), {
    signal,
    onProgress: showProgress,
    onWarning: (message) => state.notify("info", message),
  });
  const facts = factsOf(hosted.model);
  learnFacts({ ...settings, files }, facts);
  const prompt = await readPrompt(hosted.model, settings);
  if (prompt.hasDate) state.notify("info", texts.models.fixedDate(hosted.model.name, TEMPLATE_DATE));
  await hosted.texts.learn(prompt.tokens);
  const prepared: PreparedLane[] = [];
  for (const { lane, start } of lanes) {
    await hosted.texts.learn(start);
    const options = withStart(lane.plugin, lane.options ?? {}, start.length);
    const request: LaneRequest = {
      decoder: referenceTo({ ...lane, options }),
      promptTokens: Int32Array.of(...prompt.tokens, ...start),
      maxNewTokens: Math.max(1, maxNewTokens - start.length),
      seed,
      signal,
    };
    const reason = whyNot(lane.plugin, { ...facts, hasDraft: hosted.draft !== undefined }, lane.options);
    prepared.push({ lane, start, request, reason });
  }
  return { document, settings, hosted, prompt, lanes: prepared };
}

function referenceTo({ plugin, options = {} }: Lane): LaneRequest["decoder"] {
  const { name } = plugin;
  const own = state.thirdParty.value.find(({ plugins }) => plugins.includes(plugin));
  return own ? { plugin: own.url, name, options, worker: own.worker } : { plugin: name, options };
}
