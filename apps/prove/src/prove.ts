/// <reference types="node" />
import { LARGEST_LOSS, losslessCases, measureLoss, negativeControls } from "@decodekit/conformance";
import { collectDecode } from "@decodekit/core/testing";
import { identities, type Subject, subjects } from "./subjects.ts";

/** What a mistake must at least make of a difference. */
const SMALLEST_MISTAKE = 1e-3;
const SEEDS = 20;
const all = losslessCases();
const families = new Map(all.map(({ family }) => [family, all.filter((testCase) => testCase.family === family)]));

let configurations = 0;
let largest = 0;
let isProved = true;
for (const subject of subjects) {
  for (const [family, cases] of families) largest = Math.max(largest, await proveFamily(subject, family, cases));
}
if (!(largest < LARGEST_LOSS)) isProved = false;
for (const identity of identities) {
  for (const [family, cases] of families) await proveIdentity(identity, family, cases);
}
console.log(`max total variation ${largest.toExponential(2)} over ${configurations} configurations`);
for (const { name, create } of negativeControls) {
  const losses: number[] = [];
  for (const testCase of families.get("random")!) losses.push(await measureLoss(create(), testCase));
  const loss = Math.max(...losses);
  if (!(loss > SMALLEST_MISTAKE)) isProved = false;
  console.log(
    `negative control: ${name}: total variation ${loss.toExponential(2)}${loss > SMALLEST_MISTAKE ? ", found out" : ", NOT FOUND OUT"}`,
  );
}
if (!isProved) process.exitCode = 1;

type Cases = ReturnType<typeof losslessCases>;

/** The largest total variation over all models of a family and all settings. */
async function proveFamily(subject: Subject, family: string, cases: Cases): Promise<number> {
  let loss = 0;
  let count = 0;
  for (const testCase of cases) {
    for (const { sampler, create } of subject.settings(testCase.maxNewTokens)) {
      const measured = await measureLoss(create(), testCase, sampler);
      // NaN would be lost in a maximum.
      loss = measured <= loss ? loss : measured;
      count++;
    }
  }
  configurations += count;
  console.log(`${subject.name}, ${family}: total variation ${loss.toExponential(2)} over ${count} configurations`);
  return Number.isNaN(loss) ? Infinity : loss;
}

/** Races with shared noise cannot be enumerated; that the tokens are the same for every seed says more than a distribution. */
async function proveIdentity({ name, create, plain }: (typeof identities)[number], family: string, cases: Cases): Promise<void> {
  let different = 0;
  for (const { models, prompt, stopToken } of cases) {
    for (let seed = 0; seed < SEEDS; seed++) {
      const options = { maxNewTokens: 12, stopTokens: [stopToken], seed };
      const [actual, expected] = [
        await collectDecode(create().decode(models, prompt, options)),
        await collectDecode(plain().decode(models, prompt, options)),
      ];
      if (actual.tokens.join() !== expected.tokens.join() || actual.finishReason !== expected.finishReason) different++;
    }
  }
  if (different > 0) isProved = false;
  console.log(`${name}, ${family}: ${different} of ${SEEDS * cases.length} outputs differ from plain sampling's`);
}
