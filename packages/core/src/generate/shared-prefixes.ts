/**
 * Returns the beginnings of at least 2 tokens that two or more of `sequences` share and after which they differ, each once, the shorter
 * before the longer: the inner nodes of their prefix tree. Of equal sequences, the whole one is shared.
 */
export function sharedPrefixes(sequences: readonly Int32Array[]): readonly Int32Array[] {
  const sorted = sequences.toSorted(compare);
  const shared: Int32Array[] = [];
  // Neighbours in this order have the longest beginnings in common.
  for (const [index, sequence] of sorted.entries()) {
    const next = sorted[index + 1];
    const length = next ? commonLength(sequence, next) : 0;
    if (length >= 2) shared.push(sequence.subarray(0, length));
  }
  const prefixes = shared.toSorted(compare);
  return prefixes.filter((prefix, index) => index === 0 || compare(prefixes[index - 1]!, prefix) !== 0);
}

function commonLength(a: Int32Array, b: Int32Array): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

/** Lexicographic: a beginning comes before what continues it. */
function compare(a: Int32Array, b: Int32Array): number {
  const length = commonLength(a, b);
  if (length === a.length || length === b.length) return a.length - b.length;
  return a[length]! - b[length]!;
}
