import type { Estimate } from "@decodekit/compare/sweep";

/** A column: its title, and what it shows of a line. */
export interface Column<Line> {
  readonly title: string;
  readonly cell: (line: Line) => string;
}

/** Renders a Markdown table. */
export function table<Line>(columns: readonly Column<Line>[], lines: readonly Line[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [
    row(columns.map(({ title }) => title)),
    row(columns.map(() => "---")),
    ...lines.map((line) => row(columns.map(({ cell }) => cell(line)))),
  ].join("\n");
}

/** For example ×1.02 (0.98 to 1.07); without the interval if there is one measurement only. */
export function ratioCell(estimate: Estimate | undefined, digits = 2): string {
  if (!estimate) return "";
  const { value, interval, count } = estimate;
  const [low, high] = interval.map((bound) => bound.toFixed(digits));
  return `×${value.toFixed(digits)}${count > 1 ? ` (${low} to ${high})` : ""}`;
}

/** A number with three significant digits, without an exponent. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "";
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 6));
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

/** Groups by what `nameOf` returns, in the order of the first items. */
export function groupBy<Item>(items: readonly Item[], nameOf: (item: Item) => string): [name: string, group: Item[]][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const name = nameOf(item);
    const group = groups.get(name);
    if (group) group.push(item);
    else groups.set(name, [item]);
  }
  return [...groups];
}

/** The name of a model file without folder and ending: "model_q4" of "onnx/model_q4.onnx". */
export function fileName(file: string): string {
  return file.replace(/^.*\//u, "").replace(/\.onnx$/u, "");
}

/** "2 of 30 differ", or "the same". */
export function sameness(same: readonly boolean[]): string {
  const different = same.filter((each) => !each).length;
  return different === 0 ? "the same" : `${different} of ${same.length} differ`;
}
