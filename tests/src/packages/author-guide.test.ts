import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { losslessCases, MAX_TOTAL_VARIATION, measureLoss, plainSampler, testDecoder } from "@decodekit/conformance";
import { type Decoder, greedySampler } from "@decodekit/core";
import { afterAll, describe, expect, test } from "vitest";
import { onProcessed, processing } from "../support/processed.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
// Within the tests, so that imports of packages resolve.
const folder = path.join(root, "tests/.author-guide");
mkdirSync(folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true }));

const guide = readFileSync(path.join(root, "CONTRIBUTING.md"), "utf8");
const programs = [...guide.matchAll(/```ts\n(.*?)```/gs)].map(([, program]) => program!);

async function decoderOf(program: string): Promise<Decoder<"causal">> {
  const name = /export function (\w+)/u.exec(program)![1]!;
  const file = path.join(folder, `${name}.ts`);
  writeFileSync(file, program);
  const module = (await import(/* @vite-ignore */ file)) as Record<string, () => Decoder<"causal">>;
  return module[name]!();
}

const [plain, greedyByHand] = await Promise.all(programs.map(decoderOf));
describe("the sampler of the author guide", () => {
  testDecoder(test, () => plain!);
});
describe("the decoder of the author guide", () => {
  testDecoder(test, () => greedyByHand!);
});

test("the decoders of the author guide follow a model's processed distribution", async () => {
  for (const testCase of losslessCases([1])) {
    expect(await measureLoss(onProcessed(plain!), testCase, processing(plainSampler))).toBeLessThan(MAX_TOTAL_VARIATION);
    expect(await measureLoss(onProcessed(greedyByHand!), testCase, processing(greedySampler))).toBeLessThan(MAX_TOTAL_VARIATION);
  }
});
