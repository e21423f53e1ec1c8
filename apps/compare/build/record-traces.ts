import type { Plugin } from "vite";
import { defaultSettings, type Settings } from "../src/url/settings.ts";
import { chapters } from "../src/texts/tour-en.ts";
import { recordTrace, recordingModels } from "./record-trace.ts";

/** Runs the page's examples on the real models during the build, so that the page can show them before it loads a model. */
export function recordTraces(): Plugin {
  return {
    name: "record-traces",
    apply: "build",
    async buildStart() {
      const models = recordingModels();
      const examples: readonly (readonly [name: string, settings: Settings])[] = [
        ["welcome", defaultSettings],
        ...chapters.flatMap(({ scenes }, chapter) =>
          scenes.map(({ settings }, scene) => [`chapter-${chapter + 1}-${scene + 1}`, settings] as const),
        ),
      ];
      for (const [name, settings] of examples) {
        this.emitFile({ type: "asset", fileName: `traces/${name}.jsonl`, source: await recordTrace(models, settings) });
      }
      await models.dispose();
    },
  };
}
