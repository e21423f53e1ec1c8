import { loadModel } from "@decodekit/core/onnx";
import { describe, expect, test } from "vitest";
import { casesOf } from "./export-cases.ts";
import { folderOf, hasExports } from "./exported-models.ts";

describe.runIf(hasExports).each(["native", "wasm"] as const)("refused exports on %s", (execution) => {
  test.each(casesOf("refused"))("$name: $message", async ({ modelFile, message, ...each }) => {
    const options = { execution, ...(modelFile !== undefined && { modelFile }) };
    const error = await loadModel(folderOf(each), options).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ message: expect.stringContaining(message!) });
    expect(error).toHaveProperty("name", expect.stringMatching(/^Model(Shape|Load)Error$/));
  });
});
