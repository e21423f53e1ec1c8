import { bareLoop } from "../contenders/bare-loop.ts";
import { decodekit } from "../contenders/decodekit.ts";
import { transformersJs } from "../contenders/transformers-js.ts";
import { defineSuite } from "../suite.ts";
import { lengthSuite } from "./length-suite.ts";

/** How long the first token of a prompt takes. */
export const prefill = defineSuite({
  name: "prefill",
  where: ["native", "wasm", "chromium"],
  per: "file",
  pairs: 5,
  run: lengthSuite({ contenders: [decodekit, bareLoop, transformersJs], lengths: [128, 512, 2048], newTokens: 1 }),
});
