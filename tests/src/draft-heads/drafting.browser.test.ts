import { autoregressive, greedySampler } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { collectDecode } from "@decodekit/core/testing";
import { dflash, eagle, eagleTree, speculative } from "@decodekit/speculative";
import { storiesDraft } from "@decodekit/tiny-models";
import { expect, test } from "vitest";
import { circleTarget, dflashHead, eagleHead, NEXT_IN_CIRCLE, TARGET_SIZE } from "../support/draft-head-graphs.ts";

const circle = { hiddenSize: TARGET_SIZE, layers: 3, vocabSize: TARGET_SIZE, projection: NEXT_IN_CIRCLE };
const stories = { hiddenSize: 96, layers: 2, vocabSize: 4096 };
const known = Array.from({ length: 200 }, (_, index) => 11 * index + 3);
const layers = { target_layers: [0, 1] };
const cases = [
  ["a head that mostly agrees", circleTarget(), eagleHead(circle, { target_layers: [0, 1, 2] }), eagle()],
  [
    "a random head, as a tree",
    storiesDraft,
    eagleHead({ ...stories, draftSize: known.length }, layers, { target_ids: known }),
    eagleTree(),
  ],
  ["a random head of blocks", storiesDraft, dflashHead(stories, { ...layers, block_size: 5, mask_token_id: 4 }), dflash()],
] as const;

for (const execution of ["webgpu", "wasm"] as const)
  test.each(cases)(`in a page, on ${execution}, drafts of %s change no greedy text`, async (_name, source, draftHead, drafter) => {
    const model = await loadModel(source, { execution, draftHead });
    const options = { maxNewTokens: 16 };
    const expected = await collectDecode(
      autoregressive({ name: "plain", sampler: greedySampler }).decode(model, Int32Array.of(1, 5, 3), options),
    );
    const { tokens, events } = await collectDecode(speculative({ drafter, draftLength: 3 }).decode(model, Int32Array.of(1, 5, 3), options));
    expect(tokens).toEqual(expected.tokens);
    expect(events.some((event) => event.type === "forward-end" && event.model === "draft")).toBe(true);
    await model.dispose();
  });
