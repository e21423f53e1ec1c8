import { argmax, seededRandom, type LogitsProcessor, type Sampler } from "@decodekit/core";
import { temperatureSampler } from "@decodekit/core/toolkit";
import { nucleus, temperature, topPSampler } from "@decodekit/top-p";
import { collectGarbage } from "../../measure/collect-garbage.ts";
import { defineSuite } from "../suite.ts";
import type { MeasuredSampler, PickToken } from "./measured-sampler.ts";
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
    const all = [...decodekitSamplers(), ...(await transformersSamplers())];
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
  const drawn = (sampler: Sampler): PickToken => {
    return (row) => sampler.pick(sampler.distribution(row, CONTEXT), random);
  };
  const processed = (processors: readonly LogitsProcessor[]): PickToken => {
    const plain = temperatureSampler(1);
    return (row) => {
      for (const process of processors) process(row, CONTEXT);
      return plain.pick(plain.distribution(row, CONTEXT), random);
    };
  };
  const library = "decodekit";
  return [
    { library, sampler: "greedy", pick: (row) => argmax(row) },
    { library, sampler: "temperature 0.8", pick: drawn(temperatureSampler(0.8)) },
    { library, sampler: "temperature 0.8, top-p 0.9", pick: drawn(topPSampler({ p: 0.9, temperature: 0.8 })) },
    { library, sampler: "temperature 0.8, top-p 0.9 as processors", pick: processed([temperature(0.8), nucleus(0.9)]) },
  ];
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
