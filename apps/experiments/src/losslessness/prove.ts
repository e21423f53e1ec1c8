/// <reference types="node" />
import { MAX_TOTAL_VARIATION, losslessCases, measureLoss, negativeControls } from "@decodekit/conformance";
import { collectDecode } from "@decodekit/core/testing";
import { identities, type LosslessClaim, losslessClaims } from "./lossless-claims.ts";

/** Minimum total variation at which a negative control counts as detected. */
const MIN_DETECTED_LOSS = 1e-3;
const SEEDS = 20;
const all = losslessCases();
const families = new Map(all.map(({ family }) => [family, all.filter((testCase) => testCase.family === family)]));

let configurations = 0;
let largest = 0;
let isProved = true;
for (const claim of losslessClaims) {
  for (const [family, cases] of families) largest = Math.max(largest, await proveFamily(claim, family, cases));
}
if (!(largest < MAX_TOTAL_VARIATION)) isProved = false;
for (const identity of identities) {
  for (const [family, cases] of families) await proveIdentity(identity, family, cases);
}
console.log(`max total variation ${largest.toExponential(2)} over ${configurations} configurations`);
for (const { name, create } of negativeControls) {
  const losses: number[] = [];
  for (const testCase of families.get("random")!) losses.push(await measureLoss(create(), testCase));
  const loss = Math.max(...losses);
  if (!(loss > MIN_DETECTED_LOSS)) isProved = false;
  console.log(
    `negative control: ${name}: total variation ${loss.toExponential(2)}${loss > MIN_DETECTED_LOSS ? ", detected" : ", NOT DETECTED"}`,
  );
}
if (!isProved) process.exitCode = 1;

type Cases = ReturnType<typeof losslessCases>;

/** Returns the largest total variation over all models of a family and all settings; Infinity for NaN. */
async function proveFamily(claim: LosslessClaim, family: string, cases: Cases): Promise<number> {
  let loss = 0;
  let count = 0;
  for (const testCase of cases) {
    for (const { sampler, create } of claim.settings(testCase.maxNewTokens)) {
      const measured = await measureLoss(create(), testCase, sampler);
      // This comparison keeps NaN.
      loss = measured <= loss ? loss : measured;
      count++;
    }
  }
  configurations += count;
  console.log(`${claim.name}, ${family}: total variation ${loss.toExponential(2)} over ${count} configurations`);
  return Number.isNaN(loss) ? Infinity : loss;
}

/**
 * Compares tokens for every seed: Gumbel-max with shared noise cannot be enumerated, and equal tokens are stronger than an equal
 * distribution.
 */
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
