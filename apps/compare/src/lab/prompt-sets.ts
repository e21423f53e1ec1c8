import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import { texts } from "../texts/texts.ts";
import { type BuiltInSet, builtInSets } from "../prompt-sets/built-in-sets.ts";
import type { PromptSet } from "../prompt-sets/prompt-set.ts";
import { PromptError, readPromptFile, readPromptLines } from "../prompt-sets/read-prompts.ts";
import type { PromptSetResult } from "../prompt-sets/set-result.ts";
import type { Settings } from "../url/settings.ts";
import { writeLink } from "../url/share-link.ts";
import { describeError } from "./describe-error.ts";
import * as state from "./state.ts";

/** A built-in set, the prompts that the visitor writes, or those of the opened file. */
export type SetChoice = BuiltInSet["name"] | "own" | "file";

const choice = signal<SetChoice>("stories");
export const setChoice: ReadonlySignal<SetChoice> = choice;
/** One prompt per line. */
export const ownPrompts = signal("");
const opened = signal<PromptSet | undefined>(undefined);
export const openedSet: ReadonlySignal<PromptSet | undefined> = opened;
/** Why the last file could not be opened. */
export const fileProblem = signal<string | undefined>(undefined);

/** The last result of this visit. */
export const setResult = signal<PromptSetResult | undefined>(undefined);

/** The chosen set, or why there is none. */
export const chosenSet: ReadonlySignal<{ readonly set: PromptSet } | { readonly problem: string }> = computed(() => {
  if (choice.value === "file" && opened.value) return { set: opened.value };
  const builtIn = builtInSets.find(({ name }) => name === choice.value);
  if (builtIn) return { set: builtIn };
  try {
    return { set: { name: texts.sets.ownName, prompts: readPromptLines(ownPrompts.value) } };
  } catch (error) {
    return { problem: problemOf(error) };
  }
});

/** Whether what the page shows as the result is of other lanes, settings or prompts than those that are chosen now. */
export const isResultStale: ReadonlySignal<boolean> = computed(() => {
  const result = setResult.value;
  const chosen = chosenSet.value;
  if (!result) return false;
  const isSameSet = "set" in chosen && chosen.set.prompts.join("\n") === result.set.prompts.join("\n");
  return !isSameSet || keyOf(state.settings.value) !== keyOf(result.settings);
});

/** The settings as text, without the prompt, which a set does not use. */
function keyOf(settings: Settings): string {
  return writeLink({ ...settings, prompt: "" });
}

export function chooseSet(name: SetChoice): void {
  batch(() => {
    choice.value = name;
    fileProblem.value = undefined;
  });
}

/** Reads a file of prompts and chooses it. An invalid file shows why, and leaves the choice unchanged. */
export async function openPromptFile(file: File): Promise<void> {
  try {
    const prompts = await readPromptFile(file);
    batch(() => {
      opened.value = { name: file.name, prompts };
      chooseSet("file");
    });
  } catch (error) {
    fileProblem.value = texts.sets.fileProblem(file.name, problemOf(error));
  }
}

function problemOf(error: unknown): string {
  return error instanceof PromptError ? texts.sets.problem(error.problem) : describeError(error);
}
