import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { loadModel, type ModelFiles, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { puzzles, stories, storiesDraft } from "@decodekit/tiny-models";
import { canvasAcceptance, maskedLosses } from "./canvas-measures.ts";
import { causalLoss } from "./causal-loss.ts";
import { draftAcceptance } from "./draft-measures.ts";
import { readEditTasks } from "../tasks/edit-task.ts";
import { heldOutStories, readTexts } from "../tasks/held-out-stories.ts";
import { HELD_OUT_PUZZLES, readPuzzles } from "../tasks/puzzles.ts";
import { editAccuracy, editDecoders } from "./edit-accuracy.ts";
import { puzzleDecoders, solveRate } from "./puzzle-solving.ts";

const MASK_RATES = [0.25, 0.5, 0.75, 1];
const CANVAS_STORIES = 48;

const { values } = parseArgs({
  options: {
    corpus: { type: "string", default: "../shared/corpus/tinystories.txt" },
    execution: { type: "string", default: "auto" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log(
    "evaluate-models [--corpus FILE_OR_FOLDER] [--execution auto|native|wasm]\n\nThe corpus is the training text of the models, of which the held-out part is measured.",
  );
  process.exit();
}
if (!existsSync(values.corpus)) {
  console.error(`The corpus ${values.corpus} does not exist. Name the training text of the models with --corpus FILE_OR_FOLDER.`);
  process.exit(2);
}

const heldOut = heldOutStories(readTexts(values.corpus));
const model = await load(stories);
const draft = await load(storiesDraft);
await measureStories(model);
await measureDraft(model, draft);
await Promise.all([model.dispose(), draft.dispose()]);
await measurePuzzles();

function load(files: ModelFiles): Promise<OnnxLanguageModel> {
  return loadModel(files, { execution: values.execution as "auto" });
}

function describe({ name, parameters, execution }: OnnxLanguageModel): string {
  return `${name}: ${(parameters / 1e6).toFixed(2)} M parameters on ${execution}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0.99 && share < 1 ? 1 : 0)} %`;
}

async function printCausalLoss(measured: OnnxLanguageModel): Promise<void> {
  console.log(`\n${describe(measured)}; ${heldOut.length} held-out stories`);
  const { natsPerToken, natsPerCharacter, tokens } = await causalLoss(measured, heldOut);
  console.log(`causal loss: ${natsPerToken.toFixed(3)} nats/token, ${natsPerCharacter.toFixed(3)} nats/character (${tokens} tokens)`);
}

async function measureStories(dual: OnnxLanguageModel): Promise<void> {
  await printCausalLoss(dual);
  const few = heldOut.slice(0, CANVAS_STORIES);
  for (const [rate, loss] of await maskedLosses(dual, few, MASK_RATES)) {
    console.log(`masked loss at rate ${rate}: ${loss.toFixed(3)} nats/masked token (blocks of 16, ${few.length} stories)`);
  }
  printByPosition("fully masked canvas as a draft", await canvasAcceptance(dual, few));
  const edits = readEditTasks(heldOut);
  for (const [way, decoder] of Object.entries(editDecoders)) {
    const { exact, passesPer1000Tokens } = await editAccuracy(dual, decoder, edits);
    console.log(
      `edit task, ${way}: ${percent(exact)} of ${edits.length} exactly right, ${Math.round(passesPer1000Tokens)} passes per 1000 tokens`,
    );
  }
}

async function measureDraft(target: OnnxLanguageModel, drafting: OnnxLanguageModel): Promise<void> {
  await printCausalLoss(drafting);
  const { byPosition, mean, argmaxAgreement } = await draftAcceptance(target, drafting, heldOut);
  printByPosition("draft model", byPosition);
  console.log(`draft model: mean Σ min(p, q) ${mean.toFixed(3)}, same likeliest token ${percent(argmaxAgreement)}`);
}

function printByPosition(what: string, byPosition: readonly number[]): void {
  console.log(`${what}, expected acceptance Σ min(p, q) at positions 1 to 8: ${byPosition.map((value) => value.toFixed(2)).join(" ")}`);
}

async function measurePuzzles(): Promise<void> {
  const solver = await load(puzzles);
  const all = readPuzzles(HELD_OUT_PUZZLES, Infinity);
  console.log(`\n${describe(solver)}; 6×6 Sudokus solved exactly, passes per puzzle`);
  for (const difficulty of new Set(all.map((puzzle) => puzzle.difficulty))) {
    const chosen = all.filter((puzzle) => puzzle.difficulty === difficulty);
    for (const [way, decoder] of Object.entries(puzzleDecoders)) {
      const { solved, passes } = await solveRate(solver, decoder, chosen);
      console.log(`${difficulty}, ${way}: ${percent(solved / chosen.length)} of ${chosen.length}, ${passes.toFixed(1)} passes`);
    }
  }
  await solver.dispose();
}
