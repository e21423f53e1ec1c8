import { argmax } from "./argmax.ts";

/**
 * Returns the probabilities of `logits`, shape (n,), computed in float64: exp(l / temperature) normalised, `temperature` > 0.
 * A logit of -Infinity has probability exactly 0. They are written to `probabilities`, shape (n,), if it is given.
 * @throws LogitsError if a logit is NaN or +Infinity, or all are -Infinity.
 */
export function softmax(
  logits: ArrayLike<number>,
  temperature = 1,
  probabilities: Float64Array = new Float64Array(logits.length),
): Float64Array {
  const maximum = logits[argmax(logits)]!;
  let sum = 0;
  for (let index = 0; index < logits.length; index++) {
    const weight = Math.exp((logits[index]! - maximum) / temperature);
    probabilities[index] = weight;
    sum += weight;
  }
  for (let index = 0; index < logits.length; index++) probabilities[index]! /= sum;
  return probabilities;
}

/**
 * Returns the natural logarithms of `softmax(logits)`, shape (n,), float64, without underflow.
 * @throws LogitsError like softmax.
 */
export function logSoftmax(logits: ArrayLike<number>): Float64Array {
  const normaliser = logSumExp(logits);
  return Float64Array.from(logits, (logit) => logit - normaliser);
}

/** Returns ln Σ exp(logits), float64. @throws LogitsError like softmax. */
export function logSumExp(logits: ArrayLike<number>): number {
  const maximum = logits[argmax(logits)]!;
  let sum = 0;
  for (let index = 0; index < logits.length; index++) sum += Math.exp(logits[index]! - maximum);
  return maximum + Math.log(sum);
}
