import { readFileSync } from "node:fs";
import path from "node:path";
import { autoregressive, type DraftHead, greedySampler } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { collectDecode } from "@decodekit/core/testing";
import { dflash, eagle, eagleTree, speculative } from "@decodekit/speculative";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeExports, folderOf } from "./exported-models.ts";

// A random llama and heads for it, which mobius exports. The goldens are those of export_draft_heads.py: the target's hidden states are
// transformers' `output_hidden_states`, and each draft is computed anew by onnxruntime in Python, without a cache.

const EXECUTIONS = ["native", "wasm"] as const;
/** Graphs add in another order than transformers; the values are of the order of 1. */
const TOLERANCE = 1e-4;

interface EagleGolden {
  readonly tokens: readonly number[];
  readonly states: readonly (readonly number[])[];
  readonly drafted: readonly number[];
  /** Rows over the head's own vocabulary. */
  readonly rows: readonly (readonly number[])[];
}

interface BlockGolden extends Pick<EagleGolden, "tokens" | "states"> {
  readonly prompt: number;
  readonly drafts: readonly (readonly (readonly number[])[])[];
}

function golden(name: string): unknown {
  return JSON.parse(readFileSync(path.join(headFolder(name), "golden.json"), "utf8")) as unknown;
}

function headFolder(name: string): string {
  return folderOf({ name: `draft-heads/${name}` });
}

function load(name: string, execution: (typeof EXECUTIONS)[number]): Promise<OnnxLanguageModel> {
  return loadModel(headFolder("target"), { execution, draftHead: headFolder(name) });
}

function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  for (let index = 0; index < expected.length; index++)
    if (!(Math.abs(actual[index]! - expected[index]!) <= TOLERANCE))
      throw new Error(`${index}: ${actual[index]} is not ${expected[index]}`);
}

function headOf<Kind extends DraftHead["kind"]>(model: OnnxLanguageModel, kind: Kind): Extract<DraftHead, { readonly kind: Kind }> {
  expect(model.causal.draftHead).toMatchObject({ kind });
  return model.causal.draftHead as Extract<DraftHead, { readonly kind: Kind }>;
}

/** Reads `tokens` with the target, in several passes, and returns its states. */
async function statesOf(model: OnnxLanguageModel, tokens: Int32Array): Promise<Float32Array> {
  const session = await model.causal.createSession();
  const values: number[] = [];
  for (const part of [tokens.subarray(0, 5), tokens.subarray(5)])
    values.push(...(await session.forward(part, { layerStates: true })).layerStates!.values);
  await session.dispose();
  return Float32Array.from(values);
}

describe.each(EXECUTIONS)("on %s", (execution) => {
  describeExports(`mobius's EAGLE-3 heads on ${execution}`, () => {
    test.each([
      ["eagle", [1, 3, 4]],
      ["eagle-part", [0, 2, 4]],
      ["eagle-d2t", [0, 2, 4]],
    ])("%s reads transformers' hidden states and drafts the golden tokens", async (name, layers) => {
      const { tokens, states, drafted, rows } = golden(name) as EagleGolden;
      const model = await load(name, execution);
      expect(model.causal.capabilities.hiddenLayers).toEqual(layers);
      const prompt = Int32Array.from(tokens.slice(0, -1));
      const own = await statesOf(model, prompt);
      expectNear(own, states.flat());
      const head = headOf(model, "eagle");
      for (const cut of [prompt.length, 4]) {
        const session = await head.createSession();
        const following = Int32Array.from(tokens.slice(1));
        let branches = await session.read(following.subarray(0, cut), own.subarray(0, cut * head.stateSize));
        if (cut < following.length) branches = await session.read(following.subarray(cut), own.subarray(cut * head.stateSize));
        expect(session.length).toBe(prompt.length);
        for (const [place, token] of drafted.entries()) {
          const row = branches.row(0);
          expectNear(
            row.filter((logit) => logit > -Infinity),
            rows[place]!,
          );
          expect(row.indexOf(Math.max(...row))).toBe(token);
          branches = await session.extend(branches, Int32Array.of(0), Int32Array.of(token));
        }
        await session.dispose();
      }
      await model.dispose();
    });

    test("several branches at once are what each of them is alone", async () => {
      const { tokens, states } = golden("eagle") as EagleGolden;
      const model = await load("eagle", execution);
      const session = await headOf(model, "eagle").createSession();
      const root = await session.read(Int32Array.from(tokens.slice(1)), Float32Array.from(states.flat()));
      const first = await session.extend(root, Int32Array.of(0, 0, 0), Int32Array.of(7, 80, 9));
      const second = await session.extend(first, Int32Array.of(2, 0), Int32Array.of(11, 12));
      const paths = [
        [9, 11],
        [7, 12],
      ];
      for (const [index, [before, last]] of paths.entries()) {
        const alone = await session.extend(root, Int32Array.of(0), Int32Array.of(before!));
        expectNear(second.row(index), (await session.extend(alone, Int32Array.of(0), Int32Array.of(last!))).row(0));
      }
      await session.dispose();
      await model.dispose();
    });
  });

  describeExports(`mobius's DFlash head on ${execution}`, () => {
    test("drafts blocks from transformers' hidden states, also over its cache", async () => {
      const { tokens, states, drafts, prompt } = golden("dflash") as BlockGolden;
      const model = await load("dflash", execution);
      expect(model.causal.capabilities.hiddenLayers).toEqual([1, 4]);
      const own = await statesOf(model, Int32Array.from(tokens));
      expectNear(own, states.flat());
      const head = headOf(model, "dflash");
      const session = await head.createSession();
      let read = 0;
      for (const [index, length] of [prompt, prompt + 3].entries()) {
        const rows = await session.draft(own.subarray(read * head.stateSize, length * head.stateSize), tokens[length]!, 5);
        expect(session.length).toBe(length);
        for (const [place, row] of rows.entries()) expectNear(row, drafts[index]![place]!);
        read = length;
      }
      await session.dispose();
      await model.dispose();
    });
  });
});

describeExports("the drafters of heads", () => {
  const models = new Map<string, OnnxLanguageModel>();
  beforeAll(async () => {
    for (const name of ["eagle", "eagle-part", "dflash"]) models.set(name, await load(name, "native"));
  });
  afterAll(async () => {
    for (const model of models.values()) await model.dispose();
  });

  test.each([
    ["eagle", eagle()],
    ["eagle-part", eagle()],
    ["eagle-part", eagleTree()],
    ["dflash", dflash()],
  ] as const)("of %s change no greedy text: %o", async (head, drafter) => {
    const model = models.get(head)!;
    for (let first = 5; first < 25; first++) {
      const prompt = Int32Array.of(first, 2 * first, 150 - first);
      const options = { maxNewTokens: 20 };
      const plain = await collectDecode(autoregressive({ name: "plain", sampler: greedySampler }).decode(model, prompt, options));
      const decoder = speculative({ drafter, draftLength: 4 });
      const { tokens, events } = await collectDecode(decoder.decode(model, prompt, options));
      expect(tokens).toEqual(plain.tokens);
      expect(events.filter((event) => event.type === "draft-verify").length).toBeGreaterThan(0);
    }
  });
});
