// Whether a chat model answers arithmetic questions better if it may write a scratch text first, and if samples vote.
import path from "node:path";
import { parseArgs } from "node:util";
import type { ChatMessage } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { generateInStages, voteOnAnswers } from "@decodekit/search";
import { firstNumber, lastNumber, type Question, QUESTIONS } from "./questions.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    "model-file": { type: "string", default: "onnx/model.onnx" },
    "scratch-tokens": { type: "string", default: "96" },
    samples: { type: "string", default: "5" },
    threads: { type: "string", default: "1" },
  },
});
if (values.model === undefined) throw new Error("--model must name a folder in the Hugging Face layout.");
const threads = Number(values.threads);
const scratchTokens = Number(values["scratch-tokens"]);
const model = await loadModel(path.resolve(values.model), { execution: "native", modelFile: values["model-file"], threads });

const ask = (text: string): readonly ChatMessage[] => [{ role: "user", content: text }];
const STEPS = "\nLet's think step by step.";
const ANSWER = { answerTokens: 12 };

/** A way to answer, and how many passes it took. */
interface Answered {
  readonly answer: number | undefined;
  readonly passes: number;
}

const passesOf = ({ passes }: { readonly passes: Readonly<Record<string, number>> }): number =>
  Object.values(passes).reduce((sum, count) => sum + count, 0);

async function inStages(text: string, tokens: number, separator: string): Promise<Answered> {
  const { answer, statistics } = await generateInStages(model, ask(text), { scratchTokens: tokens, separator, ...ANSWER });
  return { answer: firstNumber(answer.text), passes: passesOf(statistics) };
}

async function byVote(text: string): Promise<Answered> {
  const { answer, statistics } = await voteOnAnswers(model, ask(text), {
    n: Number(values.samples),
    maxNewTokens: scratchTokens,
    answer: (sample) => lastNumber(sample)?.toString(),
  });
  return { answer: answer === undefined ? undefined : Number(answer), passes: passesOf(statistics) };
}

async function freely(text: string): Promise<Answered> {
  const { scratch, statistics } = await generateInStages(model, ask(text), { scratchTokens, answerTokens: 1 });
  return { answer: lastNumber(scratch.text), passes: passesOf(statistics) };
}

const ways: Readonly<Record<string, (question: Question) => Promise<Answered>>> = {
  "answer at once": ({ text }) => inStages(text, 0, "The answer is"),
  "scratch text, then the answer": ({ text }) => inStages(text + STEPS, scratchTokens, "\nSo the answer is"),
  "scratch text alone, its last number": ({ text }) => freely(text + STEPS),
  [`${values.samples} samples at temperature 0.7, vote on the last number`]: ({ text }) => byVote(text + STEPS),
};

console.log(`${values["model-file"]}, ${QUESTIONS.length} questions, scratch texts of at most ${scratchTokens} tokens\n`);
console.log("| | right | passes per question |\n| --- | --- | --- |");
for (const [name, answer] of Object.entries(ways)) {
  let [right, passes] = [0, 0];
  for (const question of QUESTIONS) {
    const answered = await answer(question);
    if (answered.answer === question.answer) right++;
    passes += answered.passes;
  }
  console.log(`| ${name} | ${right} of ${QUESTIONS.length} | ${(passes / QUESTIONS.length).toFixed(0)} |`);
}
await model.dispose();
