import { generate } from "@decodekit/core";
import { loadModel as loadHere } from "@decodekit/core/onnx";
import { generate as generateThere, loadModel } from "@decodekit/core/worker";
import { collectDecode } from "@decodekit/core/testing";
import { eagle, speculative } from "@decodekit/speculative";
import { afterAll, expect, test } from "vitest";
import { circleTarget, eagleHead, NEXT_IN_CIRCLE, TARGET_SIZE } from "../support/draft-head-graphs.ts";
import { startNodeWorker } from "../worker/start-node-worker.ts";

const { worker, stop } = await startNodeWorker();
afterAll(stop);

const sizes = { hiddenSize: TARGET_SIZE, layers: 3, vocabSize: TARGET_SIZE };
const draftHead = eagleHead({ ...sizes, projection: NEXT_IN_CIRCLE }, { target_layers: [0, 1, 2] });
const prompt = Int32Array.of(1, 7, 3);

test("a model in a worker drafts with its head there", async () => {
  const model = await loadModel(circleTarget(), { worker, execution: "native", draftHead });
  const here = await loadHere(circleTarget(), { execution: "native", draftHead });
  const decoder = { plugin: "@decodekit/speculative/plugin", name: "speculative", options: { drafter: "eagle", draftLength: "3" } };
  const options = { maxNewTokens: 12 };
  const { tokens, statistics } = await generateThere(model, prompt, { ...options, decoder }).result;
  const expected = await generate(here, prompt, { ...options, decoder: speculative({ drafter: eagle(), draftLength: 3 }) }).result;
  expect(tokens).toEqual(expected.tokens);
  expect(statistics.accepted).toBeGreaterThan(0);
  expect(statistics.accepted).toBe(expected.statistics.accepted);
  // A decoder on this side has the target's states, but no head.
  const decode = speculative({ drafter: eagle() }).decode({ causal: model.causal }, prompt, options);
  const error = await collectDecode(decode).catch((reason: unknown) => reason);
  expect(String(error)).toContain("a model in a worker has its draft head there, for decoders that run there");
  await Promise.all([model.dispose(), here.dispose()]);
});

test("hidden states after layers cross to this side where a pass asks for them", async () => {
  const [there, here] = [
    await loadModel(circleTarget(), { worker, execution: "native", hiddenLayers: [2, 0] }),
    await loadHere(circleTarget(), { execution: "native", hiddenLayers: [2, 0] }),
  ];
  expect(there.causal.capabilities.hiddenLayers).toEqual([2, 0]);
  const sessions = [await there.causal.createSession(), await here.causal.createSession()];
  const [remote, local] = await Promise.all(sessions.map((session) => session.forward(prompt, { layerStates: true })));
  expect(remote!.layerStates).toEqual(local!.layerStates);
  expect((await sessions[0]!.forward(prompt)).layerStates).toBeUndefined();
  await Promise.all([there.dispose(), here.dispose()]);
});

test("a head in a store, which is code, is refused with the option's name", async () => {
  const store = { name: "store", describe: (path: string) => path, open: async () => ({ absent: "does not exist" }) };
  await expect(loadModel(circleTarget(), { worker, draftHead: store })).rejects.toMatchObject({
    code: "INVALID_OPTION",
    where: "loadModel",
    expected: "data that can be sent to a worker (no function, no symbol)",
  });
});
