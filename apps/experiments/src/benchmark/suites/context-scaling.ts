import { bareLoop } from "../contenders/bare-loop.ts";
import { decodekit } from "../contenders/decodekit.ts";
import { defineSuite } from "../suite.ts";
import { lengthSuite } from "./length-suite.ts";

/** How long a token takes after prompts of growing length. */
export const contextScaling = defineSuite({
  name: "context-scaling",
  where: ["native", "wasm", "chromium"],
  per: "file",
  pairs: 3,
  run: lengthSuite({ contenders: [decodekit, bareLoop], lengths: [64, 256, 1024, 2048, 4096], newTokens: 17 }),
});
