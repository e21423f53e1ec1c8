import { bareLoop } from "../contenders/bare-loop.ts";
import { decodekit } from "../contenders/decodekit.ts";
import { defineSuite } from "../suite.ts";
import { lengthSuite } from "./length-suite.ts";

/** What decodekit costs over the shortest loop around the runtime, after a short, a middling and a long prompt. */
export const frameworkCost = defineSuite({
  name: "framework-cost",
  where: ["native", "wasm", "chromium"],
  per: "file",
  pairs: 11,
  run: lengthSuite({ contenders: [decodekit, bareLoop], lengths: [16, 256, 2048], newTokens: 64 }),
});
