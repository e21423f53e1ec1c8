import type * as Vega from "vega";
import type * as VegaLite from "vega-lite";
import type { Estimate, SweepReport } from "../sweep/index.ts";
import { UsageError } from "../usage-error.ts";

/** A figure of a decoder with its interval. */
interface Dot {
  readonly decoder: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

interface Panel {
  readonly title: string;
  readonly dots: readonly Dot[];
}

const PANEL_WIDTH = 220;
const ROW_HEIGHT = 22;

/**
 * Draws a report as SVG: a row for each decoder, a column for each figure, and a line for each interval.
 * @throws UsageError if `vega` and `vega-lite` are not installed.
 */
export async function plotSweep(report: SweepReport): Promise<string> {
  const [vega, { compile }] = await plotPackages();
  const { spec } = compile(specificationOf(report));
  const view = new vega.View(vega.parse(spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** Loads what draws. @throws UsageError if `vega` and `vega-lite` are not installed. */
export async function plotPackages(): Promise<readonly [vega: typeof Vega, vegaLite: typeof VegaLite]> {
  try {
    return await Promise.all([import("vega"), import("vega-lite")]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new UsageError("--plot needs packages that are not installed: npm install vega vega-lite", { cause: error });
  }
}

function specificationOf(report: SweepReport): VegaLite.TopLevelSpec {
  const order = report.decoders.map(({ decoder }) => decoder);
  return {
    title: { text: `${report.plan} on ${report.model.name}`, anchor: "start" },
    background: "white",
    config: { view: { stroke: null }, axis: { labelLimit: 480 } },
    hconcat: panelsOf(report).map(({ title, dots }, index) => {
      const y = { field: "decoder", type: "nominal", sort: order, title: null, axis: index === 0 ? {} : null } as const;
      const scale = { zero: false, nice: true } as const;
      return {
        width: PANEL_WIDTH,
        height: { step: ROW_HEIGHT },
        // Every decoder has its row in every panel.
        data: { values: order.map((decoder) => dots.find((dot) => dot.decoder === decoder) ?? { decoder }) },
        layer: [
          {
            mark: { type: "rule", color: "#00697a" },
            encoding: { y, x: { field: "low", type: "quantitative", title, scale }, x2: { field: "high" } },
          },
          {
            mark: { type: "point", filled: true, size: 50, color: "#00697a" },
            encoding: { y, x: { field: "value", type: "quantitative" } },
          },
        ],
      };
    }),
  };
}

function panelsOf({ decoders, baseline }: SweepReport): readonly Panel[] {
  const panel = (title: string, estimateOf: (decoder: SweepReport["decoders"][number]) => Estimate | null, scale = 1): Panel => ({
    title,
    dots: decoders.flatMap((decoder) => {
      const estimate = estimateOf(decoder);
      if (!estimate) return [];
      const { value, interval } = estimate;
      return [{ decoder: decoder.decoder, value: scale * value, low: scale * interval[0], high: scale * interval[1] }];
    }),
  });
  const machines = [...new Set(decoders.flatMap(({ speedups }) => speedups.map(({ machine }) => machine)))].toSorted();
  return [
    panel("passes per 1000 tokens", ({ passesPer1000Tokens }) => passesPer1000Tokens),
    panel("nats per token", ({ natsPerToken }) => natsPerToken),
    panel("accepted, %", ({ acceptance }) => acceptance, 100),
    ...machines.map((machine) =>
      panel(
        `times as fast as ${baseline}${machines.length > 1 ? `, ${machine}` : ""}`,
        ({ speedups }) => speedups.find((speedup) => speedup.machine === machine)?.ratio ?? null,
      ),
    ),
  ].filter(({ dots }) => dots.length > 0);
}
