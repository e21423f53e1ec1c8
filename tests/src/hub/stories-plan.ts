import type { FakeHubPlan } from "../support/fake-hub-plan.ts";

const PATHS = ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx", "onnx/canvas.onnx"];

/** A hub with the embedded story model. */
export const STORIES_PLAN: FakeHubPlan = {
  repository: "org/stories",
  files: Object.fromEntries(PATHS.map((path) => [path, { model: `stories/${path}`, lfs: path.endsWith(".onnx") }])),
};
