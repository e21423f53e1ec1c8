import { computed, type ReadonlySignal } from "@preact/signals";
import { embeddedModels } from "./models.ts";
import { trace } from "./state.ts";

/** The language that the model of the shown run writes, for screen readers: that of the embedded models; of others it is not known. */
export const modelLanguage: ReadonlySignal<"en" | ""> = computed(() => {
  const name = trace.value?.model.name;
  return embeddedModels.some((model) => model.name === name) ? "en" : "";
});
