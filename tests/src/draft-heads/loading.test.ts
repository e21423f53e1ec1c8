import { generate, type Decoder, type StepHead } from "@decodekit/core";
import { loadModel, type LoadModelOptions, type ModelFiles } from "@decodekit/core/onnx";
import { collectDecode } from "@decodekit/core/testing";
import { dflash, eagle, eagleTree, speculative } from "@decodekit/speculative";
import { afterEach, describe, expect, test, vi } from "vitest";
import { countingModel } from "../support/counting-graph.ts";
import { circleTarget, dflashHead, eagleHead, TARGET_SIZE } from "../support/draft-head-graphs.ts";
import { json } from "../support/counting-graph.ts";
import { watchGraphs } from "../support/watch-graphs.ts";

const native = { execution: "native" } as const;
const sizes = { hiddenSize: TARGET_SIZE, layers: 3, vocabSize: TARGET_SIZE };
const layers = { target_layers: [0, 1, 2] };
const head = (): ModelFiles => eagleHead(sizes, layers);

afterEach(() => vi.restoreAllMocks());

function load(draftHead: LoadModelOptions["draftHead"], options: LoadModelOptions = {}, target = circleTarget()) {
  return loadModel(target, { ...native, draftHead, ...options });
}

function withoutFile(files: ModelFiles, path: string): ModelFiles {
  return { ...files, files: Object.fromEntries(Object.entries(files.files).filter(([each]) => each !== path)) };
}

describe("loading a draft head", () => {
  test.each<[what: string, draftHead: ModelFiles, name: string, message: string]>([
    [
      "another hidden size",
      eagleHead({ ...sizes, hiddenSize: 8 }, layers),
      "ModelShapeError",
      "inputs_embeds must be of 12 values, as the target's embeddings, got 8: use the target that the draft head was trained for.",
    ],
    [
      "another number of layers",
      eagleHead(sizes, { target_layers: [0, 2] }),
      "ModelShapeError",
      "fused_hidden must be of 2 × 12 values, as the target's hidden states after 2 layers, got 36",
    ],
    [
      "layers that the target lacks",
      eagleHead(sizes, { target_layers: [0, 1, 3] }),
      "ModelLoadError",
      "target_layers must be different layers of the target, in [0, 3), got [0,1,3].",
    ],
    [
      "no layers that exist by default",
      eagleHead(sizes),
      "ModelLoadError",
      "target_layers must be different layers of the target, in [0, 3), got none.",
    ],
    [
      "layers of the wrong type",
      eagleHead(sizes, { target_layers: "all" }),
      "ModelLoadError",
      'target_layers must be an array of at least 1 integer >= 0, got "all".',
    ],
    [
      "a vocabulary of another size",
      eagleHead({ ...sizes, draftSize: 5 }, layers),
      "VocabularyMismatchError",
      "model has 12, draft head has 5. Add head/draft_vocabulary.json",
    ],
    [
      "too few tokens",
      eagleHead({ ...sizes, draftSize: 5 }, layers, { target_ids: [1, 2] }),
      "ModelLoadError",
      "target_ids must be an array of 5 token ids, one for each logit of the graph, got 2.",
    ],
    [
      "tokens outside the target's vocabulary",
      eagleHead({ ...sizes, draftSize: 3 }, layers, { target_ids: [1, 2, 12] }),
      "ModelLoadError",
      "target_ids must lead to different tokens of the target, in [0, 12), got 12 at index 2.",
    ],
    [
      "the same token twice",
      eagleHead({ ...sizes, draftSize: 3 }, layers, { d2t: [1, 0, 3] }),
      "ModelLoadError",
      "d2t must lead to different tokens of the target, in [0, 12), got 0 at index 1.",
    ],
    ["no configuration", withoutFile(head(), "config.json"), "ModelLoadError", "config.json"],
    ["no graph", withoutFile(head(), "model.onnx"), "ModelLoadError", "The model needs this file."],
    [
      "the graph of a model",
      countingModel(),
      "ModelShapeError",
      "the draft head's inputs must be the inputs of an EAGLE-3 head (inputs_embeds, fused_hidden, recycled_hidden) or a DFlash head (noise_embedding, target_hidden), got",
    ],
    [
      "no block size",
      dflashHead(sizes, { ...layers, mask_token_id: 1 }),
      "ModelLoadError",
      "block_size must be an integer >= 2, got none. A DFlash head needs it.",
    ],
    [
      "a mask token outside the vocabulary",
      dflashHead(sizes, { ...layers, block_size: 4, dflash_config: { mask_token_id: 12 } }),
      "ModelLoadError",
      "mask_token_id must be an integer in [0, 11], got 12.",
    ],
  ])("with %s is a typed error, and frees every graph", async (_, draftHead, name, message) => {
    const { count } = await watchGraphs();
    const error = await load(draftHead).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name });
    expect(String(error)).toContain(message);
    expect(count.released).toBe(count.made);
  });

  test("names of DFlash's and EAGLE's checkpoints are understood", async () => {
    const aliases = [
      [dflashHead({ ...sizes, layers: 2 }, { block_size: 4, dflash_config: { target_layer_ids: [0, 2], mask_token_id: 1 } }), [0, 2]],
      [eagleHead(sizes, { eagle_aux_hidden_state_layer_ids: [1, 2, 3] }), [0, 1, 2]],
    ] as const;
    for (const [draftHead, expected] of aliases) {
      const model = await load(draftHead);
      expect(model.causal.capabilities.hiddenLayers).toEqual(expected);
      await model.dispose();
    }
  });

  test("a target without a residual stream, and options that contradict it, are typed errors", async () => {
    const error = await load(head(), {}, countingModel()).catch((reason: unknown) => reason);
    expect(String(error)).toContain("target_layers must be different layers of the target, in [0, 0)");
    await expect(load(head(), { rewriting: false })).rejects.toThrow(
      "rewriting must be left out or true: the hidden states of layers are had by rewriting",
    );
    await expect(load(head(), { hiddenLayers: [1] })).rejects.toThrow(
      "hiddenLayers must be left out with draftHead, which chooses the layers",
    );
  });

  test("an abort while it loads frees every graph", async () => {
    const watched = await watchGraphs();
    const controller = new AbortController();
    watched.atCreate = () => queueMicrotask(() => (watched.atCreate = () => controller.abort(new Error("enough"))));
    await expect(load(head(), { signal: controller.signal })).rejects.toThrow("enough");
    await vi.waitFor(() => expect(watched.count.released).toBe(watched.count.made));
  });

  test("the model frees it, and its sessions throw from then on", async () => {
    const { count } = await watchGraphs();
    const model = await load(head());
    const draftHead = model.causal.draftHead as StepHead;
    const session = await draftHead.createSession();
    const states = new Float32Array(draftHead.stateSize);
    await session.read(Int32Array.of(1), states);
    await expect(session.read(Int32Array.of(1), states.subarray(1))).rejects.toThrow("states must be 1 × 36 values for 1 tokens");
    await model.dispose();
    expect(count.released).toBe(count.made);
    await expect(session.read(Int32Array.of(1), states)).rejects.toMatchObject({ name: "DisposedError" });
    await expect(draftHead.createSession()).rejects.toMatchObject({ name: "DisposedError" });
    await session.dispose();
    await session.dispose();
    await expect(session.read(Int32Array.of(1), states)).rejects.toMatchObject({ name: "DisposedError" });
  });
});

describe("a decode", () => {
  test("holds no tensor of a head's cache at its end, however it ends", async () => {
    const dflashFiles = dflashHead(sizes, { ...layers, block_size: 4, mask_token_id: 1 });
    for (const [files, drafter] of [
      [head(), eagle()],
      [dflashFiles, dflash()],
    ] as const) {
      const { heldTensors } = await watchGraphs();
      const model = await load(files);
      const decode = (signal?: AbortSignal) =>
        speculative({ drafter, draftLength: 3 }).decode(model, Int32Array.of(1, 2), { maxNewTokens: 12, signal });
      await collectDecode(decode());
      let drafts = 0;
      for await (const event of decode()) if (event.type === "forward-end" && event.model === "draft" && ++drafts === 3) break;
      const controller = new AbortController();
      for await (const event of decode(controller.signal)) if (event.type === "forward-end" && event.model === "draft") controller.abort();
      await model.dispose();
      await vi.waitFor(() => expect(heldTensors()).toHaveLength(0));
      vi.restoreAllMocks();
    }
  });

  test("says what it lacks: a head, one of another kind, or a model that can return its states", async () => {
    const withLayers = await loadModel(circleTarget(), { ...native, hiddenLayers: [0, 1, 2] });
    const without = await loadModel(circleTarget(), native);
    const withHead = await load(head());
    const message = async (model: typeof withHead, decoder: Decoder<"causal">): Promise<string> => {
      const error = await generate(model, Int32Array.of(1), { decoder, maxNewTokens: 4 }).result.catch((reason: unknown) => reason);
      return String(error);
    };
    expect(await message(withLayers, speculative({ drafter: eagle() }))).toContain(
      "got one without: load the target with loadModel(source, { draftHead })",
    );
    expect(await message(without, speculative({ drafter: dflash() }))).toContain(
      'able to return the hidden states of layers (capabilities.hiddenLayers), which the drafter "dflash" requires: load it with draftHead',
    );
    expect(await message(withHead, speculative({ drafter: dflash() }))).toContain(
      'needs a draft head of the kind "dflash", got "eagle": use eagle() or eagleTree().',
    );
    expect(await message(withHead, speculative({ drafter: eagleTree() }))).toContain("able to read trees");
    await Promise.all([withLayers, without, withHead].map((model) => model.dispose()));
  });
});

test("options of the drafters are checked", () => {
  expect(() => eagle({ minProbability: 2 })).toThrow("minProbability must be a number in [0, 1], got 2.");
  expect(() => eagleTree({ branches: 0 })).toThrow("branches must be");
  expect(() => dflash({ depth: 3 } as never)).toThrow('option "depth"');
});

test("a folder whose configuration is damaged is named", async () => {
  const damaged = { ...head(), files: { ...head().files, "config.json": json([]) } };
  await expect(load(damaged)).rejects.toMatchObject({ name: "ModelLoadError", source: "head/config.json" });
});
