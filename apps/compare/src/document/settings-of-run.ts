import type { Trace } from "../trace/trace.ts";
import { defaultSettings, type LaneSettings, type Settings } from "../url/settings.ts";
import { isDraftModel, isDtype, isExecution, isHub, isModel, isModelFile } from "../url/share-link.ts";

/**
 * Returns the settings that a run was made with. Runs of earlier versions do not say how their model was named: it is then taken by its
 * own name if it has one that can be asked for, and otherwise is the default model.
 */
export function settingsOf({ request, model, prompt, chat, maxNewTokens, lanes }: Trace): Settings {
  const named = request?.model ?? model.name;
  const { modelFile = "", draftModel = "" } = request ?? {};
  const { dtype = defaultSettings.dtype, hub = defaultSettings.hub, execution = defaultSettings.execution } = request ?? {};
  return {
    model: isModel(named) ? named : defaultSettings.model,
    dtype: isDtype(dtype) ? dtype : defaultSettings.dtype,
    modelFile: isModelFile(modelFile) ? modelFile : defaultSettings.modelFile,
    draftModel: isDraftModel(draftModel) ? draftModel : defaultSettings.draftModel,
    hub: isHub(hub) ? hub : defaultSettings.hub,
    execution: isExecution(execution) ? execution : defaultSettings.execution,
    prompt,
    chat: chat?.chat ?? defaultSettings.chat,
    system: chat?.system ?? defaultSettings.system,
    maxNewTokens,
    seed: lanes[0]?.seed ?? defaultSettings.seed,
    lanes: lanes.map(({ specification, start }): LaneSettings => ({ decoder: specification, start })),
  };
}
