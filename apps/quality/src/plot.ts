import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { Figures } from "./report.ts";

/** A picture (SVG) of `rows`: passes per 1000 tokens against the first of their measures. */
export async function plot(title: string, rows: readonly Figures[]): Promise<string> {
  const measure = Object.keys(rows[0]!.quality)[0]!;
  const values = rows.map(({ name, family, passesPer1000Tokens, quality }, index) => ({
    label: `${index + 1}`,
    name,
    family,
    passes: passesPer1000Tokens,
    value: quality[measure],
  }));
  const x = { field: "passes", type: "quantitative", title: "passes per 1000 tokens", scale: { zero: true } } as const;
  const y = { field: "value", type: "quantitative", title: measure, scale: { zero: false } } as const;
  const color = { field: "family", type: "nominal", title: null, scale: { scheme: "dark2" } } as const;
  const spec: TopLevelSpec = {
    title: { text: title, subtitle: values.map(({ label, name }) => `${label} ${name}`), subtitleFontSize: 9, anchor: "start" },
    width: 720,
    height: 420,
    background: "white",
    data: { values },
    layer: [
      { mark: { type: "point", filled: true, size: 60 }, encoding: { x, y, color } },
      { mark: { type: "text", dx: 7, align: "left", fontSize: 10 }, encoding: { x, y, color, text: { field: "label" } } },
    ],
  };
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
