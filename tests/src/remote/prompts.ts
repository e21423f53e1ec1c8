import type { ChatMessage } from "@decodekit/core";
import { CONVERSATIONS } from "../real-model/kinds.ts";

const TASKS = [
  (subject: string) => `Write two sentences about ${subject}.`,
  (subject: string) => `What is ${subject}? Answer briefly.`,
  (subject: string) => `Repeat this word for word: "Nobody knew that ${subject} was there before it was too late."`,
  (subject: string) => `Name three things that go with ${subject}, as a list.`,
  (subject: string) => `Put this into the past tense: "I like ${subject} and I buy it every day."`,
  (subject: string) => `Write a JSON object with the keys "name" and "colour" for ${subject}.`,
  (subject: string) => `Begin a story about ${subject}.`,
  (subject: string) => `Write a line of Python that prints "${subject}" five times.`,
  (subject: string) => `Explain to a child why ${subject} matters.`,
] as const;
const SUBJECTS = ["a lamp", "the sea", "bread", "a bicycle", "the moon", "music", "an old map", "rain", "a tiger", "chess"] as const;

/** A hundred conversations of one message each. */
export const PROMPTS: readonly (readonly ChatMessage[])[] = [
  ...CONVERSATIONS.map(({ messages }) => messages),
  ...TASKS.flatMap((task) => SUBJECTS.map((subject) => [{ role: "user", content: task(subject) }] as const)),
];
