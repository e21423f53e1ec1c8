// For each file of a model, how many greedy texts with drafts are those of plain greedy decoding, and how close the two likeliest tokens were
// where a text parts. A run of all prompts takes hours; with --json it goes on where it was stopped.
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { type CausalModel, type Drafter, generate, type LanguageModel } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { withPrefixCache } from "@decodekit/core/toolkit";
import { topTwoGap } from "@decodekit/core/testing";
import { greedy } from "@decodekit/greedy";
import { promptLookup, speculative, suffix } from "@decodekit/speculative";
import { LOSSLESS_PROMPTS } from "../tasks/lossless-prompts.ts";
import { gapsOf, type Parting, partingOf } from "./parting.ts";
import { randomDraft } from "./random-draft.ts";
import { openResultLines } from "./result-lines.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    file: { type: "string", multiple: true },
    execution: { type: "string", default: "native" },
    prompts: { type: "string", default: "300" },
    tokens: { type: "string", default: "64" },
    threads: { type: "string", default: "2" },
    json: { type: "string" },
    "without-rewriting": { type: "boolean", default: false },
  },
});
if (values.model === undefined) throw new Error("--model must name a folder in the Hugging Face layout.");
const folder = path.resolve(values.model);
const execution = values.execution as "native" | "wasm";
const maxNewTokens = Number(values.tokens);
const threads = Number(values.threads);
const rewriting = !values["without-rewriting"];
const tasks = LOSSLESS_PROMPTS.slice(0, Number(values.prompts));
/** A fixed length, so that every round drafts even if that does not pay off. */
const draftLength = 4;
const drafters: Readonly<Record<string, () => Drafter>> = { "prompt-lookup": promptLookup, suffix, random: randomDraft };

type CausalLanguageModel = LanguageModel & { readonly causal: CausalModel };

/** A text, and the gaps of plain decoding's rows. */
interface Plain {
  readonly tokens: readonly number[];
  readonly gaps: readonly number[];
}

interface Drafted {
  readonly parting: Parting | null;
  readonly drafted: number;
  readonly accepted: number;
}

const results = openResultLines<Plain | Drafted>(values.json);

for (const file of values.file ?? filesIn(folder)) {
  // A prompt is read once for all of its decodes.
  const model = withPrefixCache(await loadModel(folder, { execution, modelFile: file, rewriting, threads }), { maxSequences: 1 });
  if (!model.chat) throw new Error(`${folder} has no chat template.`);
  const rows = model.causal.capabilities.rowConsistency;
  console.log(
    `${file} on ${execution}${rewriting ? "" : ", as it is"}, rows ${rows}: ${tasks.length} prompts, ${maxNewTokens} tokens each`,
  );
  const totals = new Map(Object.keys(drafters).map((name) => [name, { same: 0, drafted: 0, accepted: 0 }]));
  for (const [index, { kind, prompt }] of tasks.entries()) {
    const tokens = model.chat.encode([{ role: "user", content: prompt }]);
    const key = (what: string): string => JSON.stringify([folder, file, execution, rewriting, threads, maxNewTokens, prompt, what]);
    const plain = await kept(key("plain"), () => decodePlain(model, tokens));
    for (const [name, create] of Object.entries(drafters)) {
      const result = await kept(key(name), () => decodeDrafted(model, { tokens, plain, drafter: create() }));
      const total = totals.get(name)!;
      total.drafted += result.drafted;
      total.accepted += result.accepted;
      if (result.parting) console.log(`  ${describe(result.parting)}: prompt ${index} (${kind}), ${name}`);
      else total.same++;
    }
  }
  for (const [name, { same, drafted, accepted }] of totals) {
    const share = ((100 * same) / tasks.length).toFixed(1);
    console.log(
      `  ${name.padEnd(14)} ${same} of ${tasks.length} texts equal (${share} %); ${accepted} of ${drafted} drafted tokens accepted`,
    );
  }
  await model.dispose();
}

async function kept<Result extends Plain | Drafted>(key: string, compute: () => Promise<Result>): Promise<Result> {
  const known = results.get(key) as Result | undefined;
  if (known) return known;
  const result = await compute();
  results.add(key, result);
  return result;
}

async function decodePlain(model: CausalLanguageModel, prompt: Int32Array): Promise<Plain> {
  const { tokens, alternatives } = await generate(model, prompt, { decoder: greedy(), maxNewTokens, logProbabilities: 2 }).result;
  return { tokens: [...tokens], gaps: gapsOf(alternatives!) };
}

async function decodeDrafted(
  model: CausalLanguageModel,
  { tokens: prompt, plain, drafter }: { readonly tokens: Int32Array; readonly plain: Plain; readonly drafter: Drafter },
): Promise<Drafted> {
  const decoder = speculative({ drafter, draftLength });
  const { tokens, statistics } = await generate(model, prompt, { decoder, maxNewTokens }).result;
  const { drafted, accepted } = statistics;
  const parting = partingOf(plain.tokens, [...tokens], plain.gaps) ?? null;
  if (!parting || parting.gap !== undefined) return { parting, drafted, accepted };
  // Plain decoding ended here with a stop token, whose row it did not report.
  const gap = await topTwoGap(model.causal, Int32Array.of(...prompt, ...plain.tokens));
  return { parting: { ...parting, gap }, drafted, accepted };
}

function describe({ position, gap }: Parting): string {
  return `parts at token ${position}, gap of plain decoding's two likeliest ${gap!.toExponential(1)}`;
}

/** Returns the graphs of a folder, those of the hub's layout or of the folder itself. */
function filesIn(model: string): readonly string[] {
  const graphsIn = (place: string): string[] =>
    existsSync(path.join(model, place)) ? readdirSync(path.join(model, place)).filter((name) => /^model\w*\.onnx$/u.test(name)) : [];
  const inHub = graphsIn("onnx").map((name) => `onnx/${name}`);
  return inHub.length > 0 ? inHub : graphsIn(".");
}
