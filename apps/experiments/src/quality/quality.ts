import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import type { LanguageModel } from "@decodekit/core";
import { loadModel, type ModelSource } from "@decodekit/core/onnx";
import * as models from "@decodekit/tiny-models";
import type { Candidate } from "./candidates.ts";
import { measureEdits } from "./edits.ts";
import { measureEndings } from "./endings.ts";
import { measureInfilling } from "./infilling.ts";
import { readEditTasks } from "../tasks/edit-task.ts";
import { heldOutStories, readTexts } from "../tasks/held-out-stories.ts";
import { HELD_OUT_PUZZLES, readPuzzles } from "../tasks/puzzles.ts";
import { plot } from "../measure/plot.ts";
import { measurePuzzles } from "./puzzles.ts";
import { figuresOf, type Row, table } from "../measure/report.ts";
import { measureStories } from "./stories.ts";

const HELP = `quality [stories] [edits] [puzzles] [infilling] [endings]

Measures the quality of decoders against their passes. Writes a table (.md), the figures (.json) and a plot (.svg)
per set; by default for all sets. Passes are those of the target, including the prefill and its own drafting.

  --corpus FILE    training text of the story model, of which the held-out part is used (default ../shared/corpus/tinystories.txt)
  --puzzles FILE   held-out puzzles (default packages/tiny-models/golden/puzzles.json)
  --stories-model FOLDER, --puzzles-model FOLDER   models to use instead of the embedded ones
  --count N        number of stories, edits, gaps and endings (default 50); puzzles per difficulty: four times as many
  --tokens N       new tokens per story (default 96)
  --only TEXT      only decoders whose name contains TEXT; not for infilling and endings
  --threads N      threads of the native runtime (default 1)
  --out FOLDER     output folder (default apps/experiments/results)`;

const here = (relative: string): string => path.resolve(import.meta.dirname, relative);
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    corpus: { type: "string", default: here("../../../../../shared/corpus/tinystories.txt") },
    puzzles: { type: "string", default: HELD_OUT_PUZZLES },
    "stories-model": { type: "string" },
    "puzzles-model": { type: "string" },
    count: { type: "string", default: "50" },
    tokens: { type: "string", default: "96" },
    only: { type: "string", default: "" },
    threads: { type: "string", default: "1" },
    out: { type: "string", default: here("../../results") },
    help: { type: "boolean", short: "h", default: false },
  },
});
const count = Number(flags.count);
const embedded = models as Readonly<Record<string, ModelSource>>;
const storyModel = (): ModelSource => flags["stories-model"] ?? models.stories;
const held = (): readonly string[] => heldOutStories(readTexts(existing(flags.corpus, "--corpus")));

const sets: Readonly<Record<string, { readonly model: () => ModelSource | undefined; measure(model: LanguageModel): Promise<Row[]> }>> = {
  stories: {
    model: storyModel,
    measure: (model) => measureStories(model, held().slice(0, count), { newTokens: Number(flags.tokens), selectCandidates }),
  },
  edits: { model: storyModel, measure: (model) => measureEdits(model, readEditTasks(held()).slice(0, count), selectCandidates) },
  puzzles: {
    model: () => flags["puzzles-model"] ?? embedded["puzzles"],
    measure: (model) => measurePuzzles(model, readPuzzles(existing(flags.puzzles, "--puzzles"), 4 * count), selectCandidates),
  },
  infilling: { model: storyModel, measure: (model) => measureInfilling(model, held(), count) },
  endings: { model: storyModel, measure: (model) => measureEndings(model, held(), count) },
};

if (flags.help) console.log(HELP);
else {
  mkdirSync(flags.out, { recursive: true });
  for (const name of positionals.length > 0 ? positionals : Object.keys(sets)) await run(name);
}

async function run(name: string): Promise<void> {
  const set = sets[name];
  if (!set) fail(`The set must be one of ${Object.keys(sets).join(", ")}, got "${name}".`);
  const source = set.model();
  if (source === undefined) return console.log(`${name}: there is no embedded model for this set. Name one with --${name}-model FOLDER.`);
  const model = await loadModel(source, { execution: "native", threads: Number(flags.threads) });
  const figures = (await set.measure(model)).map(figuresOf);
  await model.dispose();
  const title = `${name}, model ${model.name} of ${(model.parameters / 1e6).toFixed(2)} M parameters`;
  const file = (ending: string): string => path.join(flags.out, `${name}.${ending}`);
  writeFileSync(file("md"), `${title}\n\n${table(figures)}\n`);
  writeFileSync(file("json"), `${JSON.stringify(figures, null, 1)}\n`);
  writeFileSync(file("svg"), await plot(title, figures));
  console.log(`${title}\n\n${table(figures)}\n\n${file("svg")}\n`);
}

/** Yields the candidates that match `--only`, and writes each name to standard error when it starts. */
function* selectCandidates(all: readonly Candidate[]): Generator<Candidate, void, void> {
  const chosen = all.filter(({ name }) => name.includes(flags.only));
  if (chosen.length === 0) fail(`--only: no decoder of this set has "${flags.only}" in its name.`);
  for (const [index, candidate] of chosen.entries()) {
    console.error(`${index + 1} of ${chosen.length}: ${candidate.name}`);
    yield candidate;
  }
}

function existing(file: string, option: string): string {
  return existsSync(file) ? file : fail(`The file ${file} does not exist. Name another with ${option}.`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
