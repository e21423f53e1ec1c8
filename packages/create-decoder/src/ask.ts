import { cancel, intro, isCancel, select, text } from "@clack/prompts";
import { type Kind, KINDS } from "./kinds.ts";
import { problemOf } from "./names.ts";

/** What the command line did not say. */
export interface Answers {
  readonly name: string;
  readonly kind: Kind;
}

/** Asks for what is missing. Returns undefined if the person gave up. */
export async function ask({ name, kind }: Partial<Answers>): Promise<Answers | undefined> {
  intro("A new package for decodekit");
  const chosenName =
    name ?? (await text({ message: "Name of the package", placeholder: "my-decoder", validate: (value = "") => problemOf(value) }));
  if (isCancel(chosenName)) return giveUp();
  const options = Object.entries(KINDS).map(([value, hint]) => ({ value: value as Kind, label: value, hint }));
  const chosenKind = kind ?? (await select<Kind>({ message: "What will it be?", options }));
  if (isCancel(chosenKind)) return giveUp();
  return { name: chosenName, kind: chosenKind };
}

function giveUp(): undefined {
  cancel("Nothing was written.");
  return undefined;
}
