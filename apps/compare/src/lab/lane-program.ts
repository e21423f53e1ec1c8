import type { LaneProgram, ModelInCode } from "../share/lane-code.ts";
import type { Settings } from "../url/settings.ts";
import { defaultSettings, LOCAL } from "../url/settings.ts";
import { makeLane } from "./decoders.ts";
import { dtypeOf, type ModelPlace, placeOf } from "./model-request.ts";
import * as state from "./state.ts";

/** Returns what a program needs to know that runs a lane of the settings. */
export function laneProgram(settings: Settings, index: number): LaneProgram {
  const { decoder: specification, start } = settings.lanes[index]!;
  const { plugin, decoder, options = {} } = makeLane(specification, state.plugins.value);
  const { model, dtype, hub, execution, prompt, maxNewTokens, seed } = settings;
  const place: ModelPlace = model.startsWith(LOCAL) ? { kind: "files", files: [] } : placeOf({ model, hub });
  const needsDraft = decoder.requires.includes("draft");
  return {
    title: plugin.title,
    decoder: { name: plugin.name, options, url: state.thirdParty.value.find(({ plugins }) => plugins.includes(plugin))?.url },
    model: modelInCode(place),
    // The draft models of embedded models are exported under the names of these.
    draft: needsDraft && place.kind === "embedded" ? { kind: "embedded", name: `${place.embedded.name}Draft` } : undefined,
    dtype: dtypeOf({ dtype }, place),
    execution: execution === "auto" && place.kind === "embedded" ? "wasm" : execution,
    prompt,
    start,
    maxNewTokens,
    seed,
  };
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
