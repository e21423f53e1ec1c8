import { argmax, seededRandom, type Sampler } from "@decodekit/core";
import { drawToken, temperatureSampler } from "@decodekit/core/toolkit";
import { chain, hf, llamaCpp, minP, mirostat, temperature, topK, topP, typical } from "@decodekit/samplers";
import { topPSampler } from "@decodekit/top-p";
import { collectGarbage } from "../../measure/collect-garbage.ts";
import { defineSuite } from "../suite.ts";
import { type MeasuredSampler, type PickToken, SUM_OF_EXPONENTIALS } from "./measured-sampler.ts";
import { transformersSamplers } from "./transformers-samplers.ts";
import { shuffled } from "./timed-decodes.ts";

/** As of Qwen's models. */
const VOCAB_SIZE = 151_936;
const ROWS = 8;
/** Milliseconds for which one sampler draws tokens in a round. */
const DURATION = 200;
const CONTEXT = { tokens: new Int32Array(64), promptLength: 64 };

/** How long a token takes from its row of logits, at a vocabulary of 152 k. */
export const samplers = defineSuite({
  name: "samplers",
  where: ["node"],
  per: "nothing",
  pairs: 15,
  async *run({ settings: { quick }, pairs, isDone }) {
    const all = [...baselines(), ...decodekitSamplers(), ...(await transformersSamplers())];
    const rows = Array.from({ length: ROWS }, (_, seed) => logitsLike(seed));
    for (const { pick } of all) await microsecondsPerToken(pick, rows, 0);
    for (let round = 0; round < pairs; round++) {
      for (const { library, sampler, pick } of shuffled(all, round)) {
        const key = `${library}/${sampler}/${round}`;
        if (isDone(key)) continue;
        const microseconds = await microsecondsPerToken(pick, rows, quick ? 0 : DURATION);
        yield { key, library, sampler, round, vocabSize: VOCAB_SIZE, microsecondsPerToken: microseconds };
      }
    }
  },
});

function decodekitSamplers(): readonly MeasuredSampler[] {
  const random = seededRandom(1);
  const source = (): typeof random => random;
  const library = "decodekit";
  const drawn = (name: string, sampler: Sampler): MeasuredSampler => {
    return { library, sampler: name, pick: (row) => drawToken(sampler, row, CONTEXT, source) };
  };
  return [
    { library, sampler: "greedy", pick: (row) => argmax(row) },
    drawn("temperature 0.8", temperatureSampler(0.8)),
    drawn("temperature 0.8, top-p 0.95", topPSampler({ p: 0.95, temperature: 0.8 })),
    drawn("temperature 0.8, top-p 0.95, as a chain", chain([temperature(0.8), topP(0.95)])),
    drawn("temperature 0.8, top-k 50, top-p 0.95, min-p 0.05", chain([temperature(0.8), topK(50), topP(0.95), minP(0.05)])),
    drawn("typical 0.9", chain([typical(0.9)])),
    drawn("mirostat", chain([mirostat()])),
    drawn("llama.cpp's defaults", llamaCpp()),
    drawn("transformers' defaults", hf()),
  ];
}

/** What a sampler can at best take, and what it takes the simple way. */
function baselines(): readonly MeasuredSampler[] {
  const library = "baseline";
  return [
    { library, sampler: SUM_OF_EXPONENTIALS, pick: sumOfExponentials },
    { library, sampler: "sort of all tokens by logit", pick: (row) => [...row.keys()].toSorted((a, b) => row[b]! - row[a]!)[0] },
  ];
}

/** Σ exp(l - 18), where 18 is the most that a logit can be: one pass, as for a softmax whose largest logit is known. */
function sumOfExponentials(row: Float32Array): number {
  let sum = 0;
  for (let token = 0; token < row.length; token++) sum += Math.exp(row[token]! - 18);
  return sum;
}

/** Draws tokens from copies of `rows` for at least `duration` milliseconds, without the time of copying them. */
async function microsecondsPerToken(pick: PickToken, rows: readonly Float32Array[], duration: number): Promise<number> {
  collectGarbage();
  const copies = rows.map((row) => row.slice());
  let milliseconds = 0;
  let tokens = 0;
  do {
    for (const [index, copy] of copies.entries()) copy.set(rows[index]!);
    const started = performance.now();
    for (const copy of copies) await pick(copy);
    milliseconds += performance.now() - started;
    tokens += copies.length;
  } while (milliseconds < duration);
  return (1000 * milliseconds) / tokens;
}

/** Returns logits whose distribution is as peaked as a language model's: most of the probability lies on some dozens of tokens. */
function logitsLike(seed: number): Float32Array {
  const random = seededRandom(seed);
  // A sum of three uniform numbers is close enough to a normal one.
  const logits = Float32Array.from({ length: VOCAB_SIZE }, () => 4 * (random.uniform() + random.uniform() + random.uniform() - 1.5));
  for (let peak = 0; peak < 50; peak++) logits[Math.floor(random.uniform() * VOCAB_SIZE)] = 12 + 6 * random.uniform();
  return logits;
}
