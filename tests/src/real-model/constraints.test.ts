import { compileConstraint, forcedTokens, jsonSchema } from "@decodekit/constraints";
import { type Decoder, generate, type GenerateResult } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { cascade, promptLookup, speculative } from "@decodekit/speculative";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { EXTRACTION_TASKS, type ExtractionTask } from "../../../apps/experiments/src/tasks/extraction-tasks.ts";
import { KINDS } from "./kinds.ts";
import { arePresent, folderOf } from "./present-kinds.ts";

// What a schema makes of the answers of a chat model that is too small to follow an instruction by itself.

const kind = KINDS.find(({ name }) => name === "q4")!;
/** Half of the tasks; `extraction.js` of the experiments measures all ten. */
const TASKS = EXTRACTION_TASKS.filter((_, index) => index % 2 === 0);
/** More than the longest text that a schema allows here. */
const LIMIT = 400;

/** The schema as zod reads it: a validator that is independent of the constraint. */
const isValid = (schema: ExtractionTask["schema"], text: string): boolean => z.fromJSONSchema(schema).safeParse(JSON.parse(text)).success;

describe.runIf(arePresent)("extraction with SmolLM2-135M-Instruct", { timeout: 900_000 }, () => {
  let model: OnnxLanguageModel;
  beforeAll(async () => {
    model = await loadModel(folderOf(kind), { execution: "native", modelFile: kind.modelFile });
  });
  afterAll(() => model.dispose());

  test("five tasks: every answer is valid, and drafts of forced tokens save passes without changing it", async () => {
    const counts = { plain: 0, forced: 0, cascade: 0 };
    for (const { name, text, schema } of TASKS) {
      const constraint = compileConstraint(model, jsonSchema(schema), { maxNewTokens: LIMIT });
      const messages = [
        { role: "user", content: `Extract the facts as JSON (${Object.keys(schema["properties"] as object).join(", ")}):\n${text}` },
      ];
      const run = (decoder: Decoder): Promise<GenerateResult> =>
        generate(model, messages, { decoder, processors: [constraint.processor], maxNewTokens: LIMIT }).result;
      const plain = await run(greedy());
      const forced = await run(speculative({ drafter: forcedTokens(constraint), draftLength: 8 }));
      const both = await run(speculative({ drafter: cascade({ drafters: [forcedTokens(constraint), promptLookup()] }), draftLength: 8 }));
      expect(plain.finishReason, name).toBe("stop");
      expect(constraint.status(plain.tokens), name).toBe("final");
      expect(isValid(schema, plain.text), `${name}: ${plain.text}`).toBe(true);
      expect([forced.text, both.text], name).toEqual([plain.text, plain.text]);
      counts.plain += plain.statistics.targetPasses;
      counts.forced += forced.statistics.targetPasses;
      counts.cascade += both.statistics.targetPasses;
    }
    expect(counts.forced).toBeLessThan(0.75 * counts.plain);
    expect(counts.cascade).toBeLessThanOrEqual(counts.forced);
  });

  test("a schema of zod 4", async () => {
    const Person = z.object({ name: z.string().min(1).max(30), age: z.int().min(0).max(120), email: z.email().nullable() });
    const constraint = compileConstraint(model, jsonSchema(Person));
    const prompt = [{ role: "user", content: "Extract the person as JSON: Ada Lovelace is 36 years old." }];
    const { text } = await generate(model, prompt, { decoder: greedy(), processors: [constraint.processor], maxNewTokens: LIMIT }).result;
    expect(Person.parse(JSON.parse(text)).age).toBeGreaterThan(0);
  });

  test("the vocabulary's bytes are those of its texts, so that a text is allowed in its own tokens", () => {
    const constraint = compileConstraint(model, jsonSchema({ type: "object", additionalProperties: true }));
    const text = '{"a": ["é 日本 😀", -1.5, null, {"nested": "text \\n"}]}';
    const tokens = model.tokenizer.encode(text, { addSpecialTokens: false });
    for (let place = 0; place < tokens.length; place++)
      expect(constraint.allowedTokens(tokens.subarray(0, place))).toContain(tokens[place]);
    expect(constraint.status(tokens)).toBe("final");
  });
});
