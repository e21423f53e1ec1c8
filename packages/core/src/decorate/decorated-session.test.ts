import { expect, test } from "vitest";
import type { Logits, Session } from "../contracts/model.ts";
import type { LogitsProcessor } from "../contracts/sampler.ts";
import { type RandomSource, seededRandom } from "../random/random.ts";
import { memoryModel } from "../testing/memory-model.ts";
import { pathTo } from "../tokens/token-tree.ts";
import { withProcessors } from "./with-processors.ts";

const VOCAB = 10;

/** Logits that depend on the whole prefix. */
function randomRow(prefix: ArrayLike<number>): Float32Array {
  const random = seededRandom(Array.from(prefix).reduce((hash, token) => (hash * 31 + token + 1) % 1_000_003, 7));
  return Float32Array.from({ length: VOCAB }, () => random.uniform());
}

const spread: LogitsProcessor = (row, { tokens, promptLength }) => {
  for (const [place, token] of tokens.entries()) row[token]! += (place + promptLength) / 64;
};

/** Makes the same random call on each of `sessions`; returns the rows that it gave. */
async function randomCall(random: RandomSource, sessions: readonly Session[]): Promise<(readonly Float32Array[])[]> {
  const length = sessions[0]!.length;
  const integer = (below: number): number => Math.floor(below * random.uniform());
  const tokens = Int32Array.from({ length: 1 + integer(4) }, () => integer(VOCAB));
  const rowsOf = async (pass: Promise<Logits>): Promise<readonly Float32Array[]> => {
    const logits = await pass;
    return Array.from({ length: logits.rows }, (_, row) => logits.row(row).slice());
  };
  if (length > 24 || integer(4) === 0) {
    const kept = integer(length + 1);
    await Promise.all(sessions.map((session) => session.rewindTo(kept)));
    return [];
  }
  if (integer(3) === 0) {
    const parents = Int32Array.from(tokens, (_, node) => integer(node + 1) - 1);
    const rows = await Promise.all(sessions.map((session) => rowsOf(session.forwardTree!(tokens, parents))));
    const path = Int32Array.from(pathTo(integer(tokens.length + 1) - 1, parents));
    await Promise.all(sessions.map((session) => session.keepPath!(path)));
    return rows;
  }
  const rows = 1 + integer(tokens.length);
  return Promise.all(sessions.map((session) => rowsOf(session.forward(tokens, { rows }))));
}

test.each([1, 2, 3, 4, 5])("any calls on a decorated session give the rows of a model that processes its own, seed %i", async (seed) => {
  const random = seededRandom(seed);
  const shape = { vocabSize: VOCAB, contextLength: 32, tree: true };
  const decorated = withProcessors(memoryModel({ ...shape, logitsAfter: randomRow }), [spread], { promptLength: 6 });
  const processed = memoryModel({
    ...shape,
    logitsAfter(tokens) {
      const row = randomRow(tokens);
      spread(row, { tokens, promptLength: Math.min(6, tokens.length) });
      return row;
    },
  });
  const pairs = [await Promise.all([decorated.createSession(), processed.createSession()])];
  for (let call = 0; call < 150; call++) {
    const sessions = pairs[Math.floor(pairs.length * random.uniform())]!;
    const [actual, expected] = await randomCall(random, sessions);
    expect(actual).toEqual(expected);
    expect(sessions[0].length).toBe(sessions[1].length);
    if (call % 40 === 20) pairs.push(await Promise.all([sessions[0].fork!(), sessions[1].fork!()]));
  }
});
