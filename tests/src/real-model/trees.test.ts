import { argmax, generate } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { judgedTree } from "@decodekit/speculative";
import { describe, expect, test } from "vitest";
import { CONVERSATIONS, KINDS, TRANSFORMERS_TOKENS } from "./kinds.ts";
import { arePresent, folderOf } from "./present-kinds.ts";

// Published graphs have no input for trees: loadModel adds one to their masks.

/** Kinds whose products round to 8 bits, so that rows that are equal up to rounding may differ by more. */
const EIGHT_BITS: ReadonlySet<string> = new Set(["genai int4"]);
/** Its rows are exact in plain passes, which those of a tree would not be. */
const WITHOUT_TREES = "q8";

/** Two continuations of 5 tokens that share their first token, node by node in turn: the tree's node 0 is the root. */
const PARENTS = Int32Array.of(-1, 0, 0, 1, 2, 3, 4, 5, 6);
const [FIRST, SECOND] = [
  [0, 1, 3, 5, 7],
  [0, 2, 4, 6, 8],
] as const;

describe.runIf(arePresent)("SmolLM2-135M-Instruct reads trees on native", { timeout: 300_000 }, () => {
  test(`but not of ${WITHOUT_TREES}, whose rows are exact`, async () => {
    const model = await load(WITHOUT_TREES);
    expect(model.causal.capabilities).toMatchObject({ tree: false, rowConsistency: "exact" });
    await model.dispose();
  });

  test.each(KINDS.filter(({ name }) => name !== WITHOUT_TREES))("whose rows choose the tokens of their paths: $name", async (kind) => {
    const model = await load(kind.name);
    expect(model.causal.capabilities.tree).toBe(true);
    const prefix = model.tokenizer.encode("The cat sat on the mat and looked at");
    const [moon, dog] = [model.tokenizer.encode(" the moon in the sky"), model.tokenizer.encode(" the dog, who was")];
    const tokens = Int32Array.of(moon[0]!, ...[1, 2, 3, 4].flatMap((index) => [moon[index]!, dog[index]!]));
    const session = await model.causal.createSession();
    await session.forward(prefix);
    const rows = await session.forwardTree!(tokens, PARENTS);
    const tree = Array.from(tokens, (_, node) => rows.row(node).slice());
    for (const path of [FIRST, SECOND]) {
      const chain = await model.causal.createSession();
      await chain.forward(prefix);
      const expected = await chain.forward(
        Int32Array.from(path, (node) => tokens[node]!),
        { rows: "all" },
      );
      for (const [index, node] of EIGHT_BITS.has(kind.name) ? [] : path.entries())
        expect(argmax(tree[node]!), `node ${node}`).toBe(argmax(expected.row(index)));
      await chain.dispose();
    }
    await session.keepPath!(Int32Array.from(SECOND));
    expect(session.length).toBe(prefix.length + SECOND.length);
    await model.dispose();
  });

  test("and so answers conversations with transformers' greedy tokens in fewer passes: fp32", async () => {
    const model = await load("fp32");
    let [passes, tokens] = [0, 0];
    for (const [index, { messages }] of CONVERSATIONS.slice(0, 4).entries()) {
      const expected = TRANSFORMERS_TOKENS[index]!.slice(0, 24);
      const decoder = judgedTree({ natsPerToken: 0, rowCost: 0.05 });
      const result = await generate(model, messages, { decoder, maxNewTokens: expected.length, stopTokens: [] }).result;
      expect([...result.tokens]).toEqual(expected);
      passes += Object.values(result.statistics.passes).reduce((sum, count) => sum + count, 0);
      tokens += expected.length;
    }
    expect(passes).toBeLessThan(tokens);
    await model.dispose();
  });
});

function load(name: string): Promise<OnnxLanguageModel> {
  const kind = KINDS.find((each) => each.name === name)!;
  return loadModel(folderOf(kind), { execution: "native", modelFile: kind.modelFile, threads: 1, onWarning: () => undefined });
}
