import { host, runExclusive, showProgress } from "./activity.ts";
import { requestOf } from "./model-request.ts";
import { embeddedModels } from "./models.ts";
import * as state from "./state.ts";
import { defaultSettings } from "../url/settings.ts";
import { texts } from "../texts/texts.ts";

/** Loads the embedded models and the runtime once, so that the page's cache has them for visits without a network. Never rejects. */
export function keepOffline(): Promise<void> {
  return runExclusive(async (signal) => {
    for (const { name } of embeddedModels.toReversed()) {
      await host.load(requestOf({ ...defaultSettings, model: name }), {
        signal,
        onProgress: showProgress,
        onWarning: (text) => state.notify("info", text),
      });
    }
    state.notify("info", texts.status.kept);
  });
}
