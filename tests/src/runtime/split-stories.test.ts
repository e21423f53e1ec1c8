import { readFile } from "node:fs/promises";
import { test } from "vitest";
import { expectSplitAgreement } from "../support/expect-split-agreement.ts";
import { splitStories } from "../support/split-stories.ts";

test.each(["native", "wasm"] as const)("the story model cut in two is the whole one, bit for bit, on %s", async (execution) => {
  await expectSplitAgreement(await splitStories(readFile), execution, 0);
});
