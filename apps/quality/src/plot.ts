import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { placeLabels } from "./place-labels.ts";
import type { Figures } from "./report.ts";

const WIDTH = 720;
const HEIGHT = 440;
const FAMILIES = ["reference", "speculative", "refine", "hybrid"] as const satisfies readonly Figures["family"][];

/** A picture (SVG) of `rows`: passes per 1000 tokens against the first of their measures, numbered as in the list of names beside it. */
export async function plot(title: string, rows: readonly Figures[]): Promise<string> {
  const measure = Object.keys(rows[0]!.quality)[0]!;
  const values = rows.map(({ name, family, passesPer1000Tokens, quality }, index) => ({
    text: `${index + 1}`,
    name: `${index + 1}  ${name}`,
    index,
    family,
    passes: passesPer1000Tokens,
    value: quality[measure]!,
  }));
  const across = spanOf(
    values.map(({ passes }) => passes),
    { fromZero: true },
  );
  const up = spanOf(
    values.map(({ value }) => value),
    { fromZero: false },
  );
  const offsets = placeLabels(
    values.map(({ text, passes, value }) => ({ text, x: WIDTH * share(passes, across), y: HEIGHT * (1 - share(value, up)) })),
  );
  const x = { field: "passes", type: "quantitative", title: "passes per 1000 tokens", scale: { domain: across, nice: false } } as const;
  const y = { field: "value", type: "quantitative", title: measure, scale: { domain: up, nice: false } } as const;
  const color = {
    field: "family",
    type: "nominal",
    title: null,
    scale: { scheme: "dark2", domain: [...FAMILIES] },
    legend: { orient: "bottom" },
  } as const;
  const label = {
    type: "text",
    align: "center",
    baseline: "middle",
    dx: { expr: "datum.dx" },
    dy: { expr: "datum.dy" },
    fontSize: 10,
  } as const;
  return await draw({
    title: { text: title, anchor: "start" },
    background: "white",
    data: { values: values.map((value, index) => ({ ...value, ...offsets[index] })) },
    config: { view: { stroke: null } },
    hconcat: [
      {
        width: WIDTH,
        height: HEIGHT,
        layer: [
          { mark: { type: "point", filled: true, size: 60 }, encoding: { x, y, color } },
          { mark: label, encoding: { x, y, color, text: { field: "text" } } },
        ],
      },
      {
        width: 10,
        height: { step: 13 },
        mark: { type: "text", align: "left", fontSize: 10 },
        encoding: { y: { field: "index", type: "ordinal", axis: null }, color, text: { field: "name" } },
      },
    ],
  });
}

/** The least and the greatest of `values` with some room on both sides, from 0 on where `fromZero`. */
function spanOf(values: readonly number[], { fromZero }: { readonly fromZero: boolean }): [least: number, greatest: number] {
  const [least, greatest] = [fromZero ? 0 : Math.min(...values), Math.max(...values)];
  const room = 0.04 * (greatest - least || 1);
  return [fromZero ? 0 : least - room, greatest + room];
}

function share(value: number, [least, greatest]: readonly [number, number]): number {
  return (value - least) / (greatest - least);
}

async function draw(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
