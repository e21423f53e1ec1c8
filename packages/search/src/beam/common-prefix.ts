/** Returns how many tokens, at the start of all `sequences`, are the same. There is at least one sequence. */
export function commonPrefix(sequences: readonly Int32Array[]): number {
  const [first, ...others] = sequences as readonly [Int32Array, ...Int32Array[]];
  let length = first.length;
  for (const other of others) {
    let same = 0;
    while (same < length && same < other.length && other[same] === first[same]) same++;
    length = same;
  }
  return length;
}
