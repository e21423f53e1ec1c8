import { loadModel } from "@decodekit/core/onnx";
import { expect, test } from "vitest";
import { casesOf } from "./export-cases.ts";
import { describeExports, folderOf } from "./exported-models.ts";

for (const execution of ["native", "wasm"] as const)
  describeExports(`refused exports on ${execution}`, () => {
    test.each(casesOf("refused"))("$name: $message", async ({ modelFile, message, ...each }) => {
      const options = { execution, ...(modelFile !== undefined && { modelFile }) };
      const error = await loadModel(folderOf(each), options).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ message: expect.stringContaining(message!) });
      expect(error).toHaveProperty("name", expect.stringMatching(/^Model(Shape|Load)Error$/));
    });
  });
