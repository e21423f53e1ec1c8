/** How many samples gave an answer. */
export interface Vote {
  readonly answer: string;
  /** Number of samples with this answer, >= 1. */
  readonly count: number;
  /** Indices of these samples, ascending. */
  readonly samples: readonly number[];
}

/**
 * Counts the answers of samples, shape (n,), where undefined is no answer. The most frequent comes first; among equally frequent ones the
 * one that was given first.
 */
export function countVotes(answers: readonly (string | undefined)[]): readonly Vote[] {
  const samples = new Map<string, number[]>();
  for (const [index, answer] of answers.entries()) {
    if (answer === undefined) continue;
    const given = samples.get(answer) ?? [];
    given.push(index);
    samples.set(answer, given);
  }
  const votes = Array.from(samples, ([answer, indices]): Vote => ({ answer, count: indices.length, samples: indices }));
  return votes.toSorted((a, b) => b.count - a.count);
}
