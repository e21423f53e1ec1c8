import type { LaneProgram, ModelInCode } from "../share/lane-code.ts";
import type { Settings } from "../url/settings.ts";
import { defaultSettings } from "../url/settings.ts";
import { makeLane } from "./decoders.ts";
import { isChat, messagesOf } from "../models/chat-prompt.ts";
import { draftPlaceOf, fileOf, type ModelPlace, placeOf } from "./model-request.ts";
import { shownFacts } from "./shown-facts.ts";
import * as state from "./state.ts";

/** Returns what a program needs to know that runs a lane of the settings. */
export function laneProgram(settings: Settings, index: number): LaneProgram {
  const { decoder: specification, start } = settings.lanes[index]!;
  const { plugin, decoder, options = {} } = makeLane(specification, state.plugins.value);
  const { execution, prompt, maxNewTokens, seed } = settings;
  const { files = [] } = state.shownDocument.value;
  const place = placeOf({ ...settings, files });
  const needsDraft = decoder.requires.includes("draft");
  const facts = shownFacts.value;
  const hasChat = isChat(settings, facts.hasChat) ?? false;
  return {
    title: plugin.title,
    decoder: { name: plugin.name, options, url: state.thirdParty.value.find(({ plugins }) => plugins.includes(plugin))?.url },
    model: modelInCode(place),
    isMasked: facts.roles?.includes("causal") === false,
    draft: needsDraft ? draftInCode(settings, place) : undefined,
    ...fileOf(settings, place),
    hiddenStates: decoder.capabilities?.includes("hiddenStates") ? true : undefined,
    execution: execution === "auto" && place.kind === "embedded" ? "wasm" : execution,
    prompt: hasChat ? messagesOf(settings) : prompt,
    start,
    maxNewTokens,
    seed,
  };
}

/** The draft models of embedded models are exported under the names of these. */
function draftInCode(settings: Settings, place: ModelPlace): ModelInCode | undefined {
  if (settings.draftModel === "" && place.kind === "embedded") return { kind: "embedded", name: `${place.embedded.name}Draft` };
  const draft = draftPlaceOf(settings);
  return draft && modelInCode(draft);
}

function modelInCode(place: ModelPlace): ModelInCode {
  switch (place.kind) {
    case "files":
      return { kind: "files" };
    case "embedded":
      return { kind: "embedded", name: place.embedded.name };
    case "hub": {
      const { repository, revision } = place.address;
      return { kind: "hub", repository, revision, endpoint: place.endpoint === defaultSettings.hub ? undefined : place.endpoint };
    }
    case "url":
      return { kind: "url", url: new URL(place.url, globalThis.document?.baseURI).href };
    default:
      return place satisfies never;
  }
}
