import { expect, test } from "vitest";
import { seededRandom } from "../random/random.ts";
import { recordingRandom } from "./recording-random.ts";

test("draws are those of the source, recorded with their kind and the forks that led to them", () => {
  const source = seededRandom(3);
  const random = recordingRandom(seededRandom(3));
  const weights = [1, 2, 3];
  const drawn = [random.uniform(), random.bernoulli(0.25), random.categorical(weights), random.fork(7).fork(1).bernoulli(0.5)];
  expect(drawn).toEqual([source.uniform(), source.bernoulli(0.25), source.categorical(weights), source.fork(7).fork(1).bernoulli(0.5)]);
  weights[0] = 100;
  expect(random.draws).toEqual([
    { path: [], kind: "uniform", value: drawn[0] },
    { path: [], kind: "bernoulli", probability: 0.25, value: drawn[1] },
    { path: [], kind: "categorical", weights: Float64Array.of(1, 2, 3), value: drawn[2] },
    { path: [7, 1], kind: "bernoulli", probability: 0.5, value: drawn[3] },
  ]);
});
