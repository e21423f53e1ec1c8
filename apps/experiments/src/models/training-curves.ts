import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { draw } from "../measure/draw.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: "string" }, title: { type: "string", default: "" }, help: { type: "boolean", short: "h", default: false } },
});
if (values.help || values.out === undefined || positionals.length === 0) {
  console.log(
    "training-curves LOG... --out FILE.svg [--title TEXT]\n\nDraws what the runs of the recipe measured on held-out data (log.jsonl).",
  );
  process.exit(values.help ? 0 : 2);
}

/** A measurement of a run: a number or several by name. */
type Measured = number | readonly Measured[] | { readonly [name: string]: Measured };

interface Point {
  /** Millions of tokens seen. */
  readonly seen: number;
  readonly measure: string;
  readonly part: string;
  readonly value: number;
}

const points = positionals.flatMap((file) => readLog(readFileSync(file, "utf8")));
writeFileSync(values.out, await draw(curves(points, values.title)));

function readLog(text: string): Point[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { seen: number; heldOut?: Record<string, Measured> })
    .flatMap(({ seen, heldOut = {} }) =>
      Object.entries(heldOut)
        .filter(([measure]) => measure !== "epoch")
        .flatMap(([measure, measured]) => numbersOf(measured).map(([part, value]) => ({ seen: seen / 1e6, measure, part, value }))),
    );
}

function numbersOf(measured: Measured, path = ""): [part: string, value: number][] {
  if (typeof measured === "number") return [[path, measured]];
  return Object.entries(measured).flatMap(([name, each]) => numbersOf(each, path === "" ? name : `${path} ${name}`));
}

function curves(all: readonly Point[], title: string): Parameters<typeof draw>[0] {
  const measures = [...new Set(all.map(({ measure }) => measure))];
  return {
    title: { text: title, anchor: "start" },
    background: "white",
    columns: 3,
    concat: measures.map((measure) => ({
      width: 220,
      height: 150,
      title: { text: measure, fontSize: 11 },
      data: { values: all.filter((value) => value.measure === measure) },
      mark: { type: "line", point: { size: 12 } },
      encoding: {
        x: { field: "seen", type: "quantitative", title: "millions of tokens seen" },
        y: { field: "value", type: "quantitative", title: null, scale: { zero: false } },
        color: { field: "part", type: "nominal", title: null, legend: { orient: "right" } },
      },
    })),
    resolve: { scale: { color: "independent" } },
  };
}
