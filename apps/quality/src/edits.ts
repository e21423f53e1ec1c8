import type { LanguageModel } from "@decodekit/core";
import type { EditTask } from "evaluation/edit-task";
import { editContestants, type InTurn } from "./contestants.ts";
import { measuredRun } from "./measured-run.ts";
import type { Row } from "./report.ts";

/** Share of the renamings that are exact to the end token. */
export async function measureEdits(model: LanguageModel, tasks: readonly EditTask[], inTurn: InTurn): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name, family, decoder } of inTurn(editContestants())) {
    const runs = [];
    let exact = 0;
    for (const [seed, task] of tasks.entries()) {
      const maxNewTokens = model.tokenizer.encode(task.changed).length + 8;
      const prompt = model.tokenizer.encode(editPrompt(task));
      const run = await measuredRun(decoder, model, prompt, { maxNewTokens, stopTokens: model.stopTokens, seed });
      if (run.stopped && model.tokenizer.decode(Int32Array.from(run.tokens)) === task.changed) exact++;
      runs.push(run);
    }
    rows.push({ name, family, runs, quality: { "exact match": exact / tasks.length } });
  }
  return rows;
}

/** How the story model is asked, see its card. */
function editPrompt({ original, old, new: replacement }: EditTask): string {
  return `${original}<|edit|> rename ${old} to ${replacement}<|edit|>`;
}
