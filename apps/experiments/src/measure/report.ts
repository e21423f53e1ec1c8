import type { Candidate } from "../quality/candidates.ts";
import type { MeasuredRun } from "./measured-run.ts";

/** A candidate on one set of tasks. */
export interface Row {
  readonly name: string;
  readonly family: Candidate["family"];
  readonly runs: readonly MeasuredRun[];
  /** Measures by name; shares are in [0, 1]. */
  readonly quality: Readonly<Record<string, number>>;
  readonly example?: string | undefined;
}

/** The figures of a row, as in the table, the JSON file and the plot. */
export interface Figures extends Pick<Row, "name" | "family" | "quality" | "example"> {
  readonly tokens: number;
  readonly passesPer1000Tokens: number;
  /** Median passes per task. */
  readonly medianPasses: number;
  readonly rowsPerToken: number;
  readonly revisionsPer1000Tokens: number;
}

export function figuresOf({ name, family, runs, quality, example }: Row): Figures {
  const total = (part: (run: MeasuredRun) => number): number => runs.reduce((sum, run) => sum + part(run), 0);
  const tokens = total((run) => run.tokens.length);
  const sorted = runs.map((run) => run.passes).toSorted((a, b) => a - b);
  return {
    name,
    family,
    quality,
    example,
    tokens,
    passesPer1000Tokens: (1000 * total((run) => run.passes)) / tokens,
    medianPasses: sorted[sorted.length >> 1]!,
    rowsPerToken: total((run) => run.rows) / tokens,
    revisionsPer1000Tokens: (1000 * total((run) => run.revisions)) / tokens,
  };
}

/** Renders a Markdown table. */
export function table(rows: readonly Figures[]): string {
  const measures = Object.keys(rows[0]!.quality);
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(["decoder", "passes per 1000 tokens", "median passes", "rows per token", "revisions per 1000", ...measures]),
    line(["---", ...Array.from({ length: 4 + measures.length }, () => "---:")]),
    ...rows.map((row) =>
      line([
        row.name,
        row.passesPer1000Tokens.toFixed(0),
        String(row.medianPasses),
        row.rowsPerToken.toFixed(1),
        row.revisionsPer1000Tokens.toFixed(0),
        ...measures.map((measure) => (row.quality[measure] ?? NaN).toFixed(3)),
      ]),
    ),
  ].join("\n");
}
