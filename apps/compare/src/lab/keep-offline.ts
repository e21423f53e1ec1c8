import { host, runExclusive, showProgress } from "./activity.ts";
import { embeddedModels } from "./models.ts";
import * as state from "./state.ts";
import { defaultSettings } from "../url/settings.ts";
import { texts } from "../texts/texts.ts";

/** Loads the embedded models and the runtime once, so that the page's cache has them for visits without a network. Never rejects. */
export function keepOffline(): Promise<void> {
  return runExclusive(async (signal) => {
    const { dtype, hub, execution } = defaultSettings;
    for (const { name } of embeddedModels.toReversed()) {
      await host.load(
        { model: name, dtype, hub, execution },
        { signal, onProgress: showProgress, onWarning: (text) => state.notify("info", text) },
      );
    }
    state.notify("info", texts.status.kept);
  });
}
