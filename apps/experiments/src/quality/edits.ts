import type { LanguageModel } from "@decodekit/core";
import { editLength, editPrompt, type EditTask } from "../tasks/edit-task.ts";
import { editCandidates, type SelectCandidates } from "./candidates.ts";
import { measuredRun } from "../measure/measured-run.ts";
import type { Row } from "../measure/report.ts";

/** Measures the share of edits that match exactly, including the end. */
export async function measureEdits(model: LanguageModel, tasks: readonly EditTask[], selectCandidates: SelectCandidates): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name, family, decoder } of selectCandidates(editCandidates())) {
    const runs = [];
    let exact = 0;
    for (const [seed, task] of tasks.entries()) {
      const maxNewTokens = editLength(model, task);
      const prompt = model.tokenizer.encode(editPrompt(task));
      const run = await measuredRun(decoder, model, prompt, { maxNewTokens, stopTokens: model.stopTokens, seed });
      if (run.stopped && model.tokenizer.decode(Int32Array.from(run.tokens)) === task.changed) exact++;
      runs.push(run);
    }
    rows.push({ name, family, runs, quality: { "exact match": exact / tasks.length } });
  }
  return rows;
}
