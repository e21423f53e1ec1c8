import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { RunDocument } from "../document/run-document.ts";
import { factsBefore, type ModelFacts } from "../models/model-facts.ts";
import { shownDocument } from "./state.ts";

/** What decides which model is loaded, apart from its draft model. */
type Asked = Pick<RunDocument["settings"], "model" | "dtype" | "modelFile" | "hub"> & Pick<RunDocument, "files">;

interface Learned {
  readonly asked: Asked;
  readonly facts: Omit<ModelFacts, "hasDraft">;
}

const MAX_LEARNED = 20;
/** What was learned of models by loading them in this visit, the latest first. */
const learned = signal<readonly Learned[]>([]);

/** Keeps what a loaded model turned out to be. */
export function learnFacts(asked: Asked, facts: Learned["facts"]): void {
  learned.value = [{ asked, facts }, ...learned.peek().filter((each) => !isSame(each.asked, asked))].slice(0, MAX_LEARNED);
}

/** Returns what is known of the model of a document. */
function factsIn({ settings, files }: Pick<RunDocument, "settings" | "files">): ModelFacts {
  const before = factsBefore(settings);
  const known = learned.value.find(({ asked }) => isSame(asked, { ...settings, files }));
  return { ...before, ...known?.facts };
}

/** What is known of the model of the shown document. */
export const shownFacts: ReadonlySignal<ModelFacts> = computed(() => factsIn(shownDocument.value));

function isSame(a: Asked, b: Asked): boolean {
  return (["model", "dtype", "modelFile", "hub", "files"] as const).every((key) => a[key] === b[key]);
}
