import { loadModel } from "@decodekit/core/onnx";
import { worker } from "workerpool";
import { LocalRunner } from "./local-runner.ts";
import type { ProcessFunctions } from "./process-pool.ts";

// A process of the pool. Ctrl-C reaches every process of a terminal: the one that was started decides when the others end.
process.on("SIGINT", () => undefined);

const runner = new LocalRunner(loadModel);
const functions: ProcessFunctions = {
  resolve: (setting) => runner.resolve(setting),
  run: (setting, expected, cell) => runner.run(setting, expected, cell),
  time: (setting, expected, pair) => runner.time(setting, expected, pair),
};
worker({ ...functions }, { onTerminate: () => runner.close() });
