import { draw } from "./draw.ts";
import { placeLabels } from "./place-labels.ts";
import type { Figures } from "./report.ts";

const WIDTH = 720;
const HEIGHT = 440;
const FAMILIES = ["reference", "speculative", "refine", "hybrid"] as const satisfies readonly Figures["family"][];

/**
 * Draws `rows` as SVG: the first quality measure against passes per 1000 tokens, with numbers that refer to the list of names beside it.
 */
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

/** Returns the range of `values` with some margin; it starts at 0 if `fromZero`. */
function spanOf(values: readonly number[], { fromZero }: { readonly fromZero: boolean }): [min: number, max: number] {
  const [min, max] = [fromZero ? 0 : Math.min(...values), Math.max(...values)];
  const margin = 0.04 * (max - min || 1);
  return [fromZero ? 0 : min - margin, max + margin];
}

function share(value: number, [min, max]: readonly [number, number]): number {
  return (value - min) / (max - min);
}
