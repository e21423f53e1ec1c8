import { CHAT_TASKS, type ChatTask, TASK_KINDS, type TaskKind } from "./chat-tasks.ts";
import { CODE, PASSAGES, type Passage, SITUATIONS, SUBJECTS, TOPICS } from "./lossless-materials.ts";

/** Three instructions for each of nine materials. */
type Instructions = readonly [string, string, string];

const ofPassages = (instructionsFor: (passage: Passage) => Instructions): readonly string[] =>
  PASSAGES.flatMap((passage) => instructionsFor(passage).map((instruction) => `${instruction}\n\n${passage.text}`));

/** The prompts beside the chat tasks: 27 of each kind. */
const PROMPTS: Readonly<Record<TaskKind, readonly string[]>> = {
  copy: ofPassages(() => [
    "Repeat this text exactly.",
    "Write the following text again, without any change.",
    "Copy this text, with each sentence on a line of its own.",
  ]),
  edit: ofPassages(({ name, otherName, number, otherNumber }) => [
    `Return this text with ${name} replaced by ${otherName}. Change nothing else.`,
    `Return the whole text, but with ${otherNumber} instead of ${number}.`,
    "Return this text without its last sentence, and otherwise unchanged.",
  ]),
  extract: ofPassages(() => [
    "List all numbers of this text, each with the sentence in which it stands.",
    "Quote the first and the last sentence of this text.",
    "List every place and every person that this text names.",
  ]),
  code: CODE.flatMap(([code, name, better]) =>
    [
      `Rename ${name} to ${better} in this code and return the whole code.`,
      "Add a comment above each line of this code and return the whole code.",
      "Write a short test for this code.",
    ].map((instruction) => `${instruction}\n\n${code}`),
  ),
  json: ofPassages(() => [
    "Write the facts of this text as a JSON object with keys of your choice.",
    "Write this text as a JSON array with one string for each sentence.",
    "Write a JSON object with the keys names, numbers and summary for this text.",
  ]),
  summary: ofPassages(() => [
    "Summarise this text in one sentence.",
    "Summarise this text in three short points.",
    "Give this text a title of at most six words, and say why it fits.",
  ]),
  mail: SITUATIONS.flatMap((situation) => [
    `Write a short and polite mail because ${situation}.`,
    `Write a mail of three sentences to a friend who should know that ${situation}.`,
    `Write a mail with a subject line because ${situation}. Ask for an answer before Friday.`,
  ]),
  question: ofPassages(({ question, name }) => [
    `${question} Answer in full sentences.`,
    `${question} Answer with the words of the text.`,
    `What does this text say about ${name}?`,
  ]),
  explanation: TOPICS.flatMap((topic) => [
    `Explain to a child ${topic}.`,
    `Explain in three steps ${topic}.`,
    `Explain ${topic}, and name one common mistake about it.`,
  ]),
  story: SUBJECTS.flatMap((subject) => [
    `Write a short story about ${subject}.`,
    `Tell a bedtime story about ${subject}.`,
    `Write the first paragraph of a novel about ${subject}.`,
  ]),
};

/** 300 prompts, 30 of each kind: the chat tasks first. The kinds take turns, so that the first of them are a sample of all. */
export const LOSSLESS_PROMPTS: readonly ChatTask[] = inTurns(
  TASK_KINDS.map((kind) => [
    ...CHAT_TASKS.filter((task) => task.kind === kind),
    ...PROMPTS[kind].map((prompt): ChatTask => ({ kind, prompt })),
  ]),
);

function inTurns(lists: readonly (readonly ChatTask[])[]): readonly ChatTask[] {
  const longest = Math.max(...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1))).flat();
}
