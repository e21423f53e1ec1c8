import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { EXPORT_CASES, type ExportCase, WITHOUT_TREES } from "./export-cases.ts";
import { HAND_MADE_CASES } from "./hand-made-cases.ts";

/** A graph that a test loads, and what the table has to say about it. */
interface Tested {
  readonly name: string;
  readonly result: "opens" | "opens with loadMaskedModel" | "refused";
  /** Part of the error or warning. */
  readonly message: string | undefined;
}

const INTEROP = { "gpt2-stacked-cache": "opens", "hybrid-conv-cache": "opens", "masked-lm": "opens with loadMaskedModel" } as const;
/** Tests in tests/src/runtime/small-graphs, with the warning that their graphs cause. */
const SMALL_GRAPHS = { "split-graphs": undefined, "merged-decoders": "one token per pass" } as const;
const RESULTS = { causal: "opens", masked: "opens with loadMaskedModel", refused: "refused" } as const;

const TESTED: readonly Tested[] = [
  ...EXPORT_CASES.map(({ name, kind, message }: ExportCase) => ({ name, result: RESULTS[kind], message })),
  ...HAND_MADE_CASES.map(({ name, message }) => {
    return { name, result: message === undefined ? ("opens" as const) : ("refused" as const), message };
  }),
  ...Object.entries(INTEROP).map(([name, result]) => ({ name: `interop/${name}`, result, message: undefined })),
  ...Object.entries(SMALL_GRAPHS).map(([name, message]) => ({ name: `small-graphs/${name}`, result: "opens" as const, message })),
];

/** The last two cells of a row, what decodekit does and the tested graphs, and the cells before them. */
interface Row {
  readonly cells: readonly string[];
  readonly result: string;
  readonly names: readonly string[];
}

const text = readFileSync(fileURLToPath(new URL("../../../docs/models.md", import.meta.url)), "utf8");
const rows = text.split("\n").flatMap((line): readonly Row[] => {
  if (!line.startsWith("|") || line.startsWith("| ---")) return [];
  const cells = line.split("|").slice(1, -1);
  const names = [...cells.at(-1)!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!).filter((name) => !name.startsWith("tests/"));
  return [{ cells: cells.slice(0, -2).map((cell) => cell.trim()), result: cells.at(-2)!.trim(), names }];
});
const TREES = /^(trees|read|not read: (.*))$/;
const results = rows.filter(({ result }) => result !== "decodekit" && !TREES.test(result));

test.each(results)("docs/models.md says of $cells what the tests expect: $result", ({ result, names }) => {
  if (result.startsWith("not tested: ")) return expect(names).toEqual([]);
  expect(names).not.toEqual([]);
  for (const { name, ...tested } of names.flatMap(testedAs)) {
    const [said, message] = splitAt(result, ": ");
    expect(said, name).toBe(tested.result);
    if (message === undefined) expect(tested.message, name).toBeUndefined();
    else expect(sameMessage(quotedIn(message), tested.message), `${name}: ${message}`).toBe(true);
  }
});

test("docs/models.md says which exports do not read trees, and why", () => {
  const said = rows.flatMap(({ result, names }) => {
    const reason = TREES.exec(result)?.[2];
    return reason === undefined ? [] : [[reason, names]];
  });
  expect(Object.fromEntries(said)).toEqual(WITHOUT_TREES);
});

test("docs/models.md lists every export and hand-made graph", () => {
  const listed = new Set(rows.flatMap(({ names }) => names).flatMap((name) => testedAs(name).map((tested) => tested.name)));
  expect(TESTED.map(({ name }) => name).filter((name) => !listed.has(name))).toEqual([]);
});

test("docs/models.md names as opening only the model types that an export has", () => {
  const opening = results.filter(({ cells, result }) => cells.length === 2 && result.startsWith("opens"));
  const types = opening.filter(({ names }) => names.some((name) => name.includes("*"))).flatMap(({ cells }) => cells[1]!.split(" "));
  expect(types.length).toBeGreaterThan(50);
  const isTested = (type: string): boolean => {
    return EXPORT_CASES.some(({ name }) => name.split("/")[1] === type || name.split("/")[1]!.startsWith(`${type}-`));
  };
  expect(types.filter((type) => !isTested(type))).toEqual([]);
});

test("third-party graphs in docs/models.md are those that a test loads", () => {
  const source = readFileSync(fileURLToPath(new URL("../agreement/interop.test.ts", import.meta.url)), "utf8");
  for (const name of Object.keys(INTEROP)) expect(source).toContain(name);
});

test("small graphs in docs/models.md are those of a test", () => {
  for (const [name, message] of Object.entries(SMALL_GRAPHS)) {
    const source = readFileSync(fileURLToPath(new URL(`../runtime/small-graphs/${name}.test.ts`, import.meta.url)), "utf8");
    expect(source).toContain(message ?? "loadModel");
  }
});

/** Returns the graphs that a name of the table stands for; "optimum/*" is all of that folder. */
function testedAs(pattern: string): readonly Tested[] {
  const prefix = pattern.endsWith("*") ? pattern.slice(0, -1) : undefined;
  const found = TESTED.filter(({ name }) => (prefix === undefined ? name === pattern : name.startsWith(prefix)));
  expect(found, `${pattern} in docs/models.md`).not.toEqual([]);
  return found;
}

function splitAt(value: string, separator: string): readonly [string, string | undefined] {
  const index = value.indexOf(separator);
  return index < 0 ? [value, undefined] : [value.slice(0, index), value.slice(index + separator.length)];
}

function quotedIn(value: string): string {
  return /"([^"]+)"/.exec(value)?.[1] ?? "";
}

/** The table may quote more of a message than the test expects, or less. */
function sameMessage(quoted: string, expected: string | undefined): boolean {
  return quoted !== "" && expected !== undefined && (quoted.includes(expected) || expected.includes(quoted));
}
