import { expect, test } from "vitest";
import { InvalidOptionError } from "../errors.ts";
import { seededRandom } from "../random/random.ts";
import { softmax } from "../sampling/softmax.ts";
import { randomTable } from "./random-table.ts";
import { tableModel, type TableModelOptions } from "./table-model.ts";

async function rowAfter(options: TableModelOptions, ...prefix: number[]): Promise<Float32Array> {
  const session = await tableModel(options).createSession();
  return (await session.forward(Int32Array.from(prefix))).row(0);
}

test("a table's logits are ln p by the last token, and -Infinity for 0", async () => {
  const probabilities = [
    [0.5, 0.5],
    [0, 1],
  ];
  expect([...(await rowAfter({ probabilities }, 1, 0))]).toEqual([Math.fround(Math.log(0.5)), Math.fround(Math.log(0.5))]);
  expect([...(await rowAfter({ probabilities }, 0, 1))]).toEqual([-Infinity, 0]);
});

const afterOneZeroOne = (prefix: Int32Array): readonly number[] => (prefix.join() === "1,0,1" ? [1, 0] : [0, 1]);

test("a function receives the whole prefix", async () => {
  expect([...(await rowAfter({ probabilities: afterOneZeroOne, vocabSize: 2 }, 1, 0, 1))]).toEqual([0, -Infinity]);
  expect([...(await rowAfter({ probabilities: afterOneZeroOne, vocabSize: 2 }, 1, 1, 1))]).toEqual([-Infinity, 0]);
});

test("softmax of the logits is the probabilities within 1e-7", async () => {
  const table = randomTable(seededRandom(4), 6);
  for (const [token, row] of table.entries()) {
    const actual = softmax(await rowAfter({ probabilities: table }, token));
    expect(Math.max(...row.map((p, index) => Math.abs(p - actual[index]!)))).toBeLessThan(1e-7);
  }
});

test.each([
  [
    [
      [0.5, 0.4],
      [0, 1],
    ],
  ],
  [[[0.5, 0.5]]],
  [
    [
      [1.5, -0.5],
      [0, 1],
    ],
  ],
  [
    [
      [NaN, 1],
      [0, 1],
    ],
  ],
  [[]],
])("%j is not a table", (probabilities) => {
  expect(() => tableModel({ probabilities })).toThrow(InvalidOptionError);
});

test("a function that returns no distribution fails its pass", async () => {
  await expect(rowAfter({ probabilities: () => [0.5, 0.4], vocabSize: 2 }, 0)).rejects.toThrow(InvalidOptionError);
  expect(() => tableModel({ probabilities: () => [1] })).toThrow("vocabSize");
});

test("a random table is a function of its source, with rows that sum to 1", () => {
  const table = randomTable(seededRandom(1), 5);
  expect(randomTable(seededRandom(1), 5)).toEqual(table);
  expect(randomTable(seededRandom(2), 5)).not.toEqual(table);
  for (const row of table) expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 14);
});
