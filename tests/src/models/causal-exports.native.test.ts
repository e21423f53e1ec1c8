import { testCausalExports } from "./test-causal-exports.ts";

testCausalExports("native");
