import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/** Draws a chart as SVG. */
export async function draw(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
