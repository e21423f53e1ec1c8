// Extraction with a JSON schema: passes and time per token without the constraint, with it, and with drafts of its forced tokens, task by
// task in turns.
import path from "node:path";
import { parseArgs } from "node:util";
import { compileConstraint, forcedTokens, jsonSchema } from "@decodekit/constraints";
import { type Decoder, generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { cascade, promptLookup, speculative } from "@decodekit/speculative";
import { medianRatio, sum } from "@decodekit/compare/sweep";
import { EXTRACTION_TASKS } from "../tasks/extraction-tasks.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    "model-file": { type: "string", default: "onnx/model.onnx" },
    execution: { type: "string", default: "native" },
    threads: { type: "string", default: "2" },
    rounds: { type: "string", default: "3" },
  },
});
if (values.model === undefined) throw new Error("--model must name a folder in the Hugging Face layout.");
const model = await loadModel(path.resolve(values.model), {
  execution: values.execution as "native" | "wasm",
  modelFile: values["model-file"],
  threads: Number(values.threads),
});

/** Tokens after which an answer without a constraint is cut. */
const CUT = 80;
const LIMIT = 400;

interface Measured {
  tokens: number;
  passes: number;
  valid: number;
  /** Of each task and round, per token after the first. */
  readonly milliseconds: number[];
}

const names = ["without a constraint", "with the constraint", "and forced tokens", "and prompt lookup"] as const;
const results = new Map(names.map((name): [string, Measured] => [name, { tokens: 0, passes: 0, valid: 0, milliseconds: [] }]));

for (let round = 0; round < Number(values.rounds); round++) {
  for (const { text, schema } of EXTRACTION_TASKS) {
    const constraint = compileConstraint(model, jsonSchema(schema), { maxNewTokens: LIMIT });
    const properties = Object.keys(schema["properties"] as object).join(", ");
    const messages = [{ role: "user", content: `Extract the facts as JSON (${properties}):\n${text}` }];
    const forced = (): ReturnType<typeof forcedTokens> => forcedTokens(constraint);
    const decoders: readonly Decoder[] = [
      greedy(),
      greedy(),
      speculative({ drafter: forced(), draftLength: 8 }),
      speculative({ drafter: cascade({ drafters: [forced(), promptLookup()] }), draftLength: 8 }),
    ];
    for (const [index, decoder] of decoders.entries()) {
      const isFree = index === 0;
      const processors = isFree ? undefined : [constraint.processor];
      const { tokens, statistics } = await generate(model, messages, { decoder, processors, maxNewTokens: isFree ? CUT : LIMIT }).result;
      const result = results.get(names[index]!)!;
      result.tokens += tokens.length;
      result.passes += statistics.targetPasses;
      result.valid += ["final", "complete"].includes(constraint.status(tokens)) ? 1 : 0;
      result.milliseconds.push(statistics.decodeMilliseconds / Math.max(1, tokens.length - 1));
    }
  }
}

const base = results.get(names[0])!;
console.log(`${values["model-file"]} on ${values.execution}, ${EXTRACTION_TASKS.length} tasks, ${values.rounds} rounds in turns`);
for (const [name, { tokens, passes, valid, milliseconds }] of results) {
  const { value, interval } = medianRatio(milliseconds, base.milliseconds);
  const ratio = `×${value.toFixed(2)} (${interval.map((bound) => bound.toFixed(2)).join(" to ")})`;
  const share = `${valid} of ${milliseconds.length} valid`;
  const mean = (sum(milliseconds) / milliseconds.length).toFixed(1);
  console.log(`${name}: ${passes} passes for ${tokens} tokens, ${share}, ${mean} ms per token, ${ratio} of the time per token without`);
}
await model.dispose();
