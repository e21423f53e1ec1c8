import Table from "cli-table3";
import type { Colors } from "./terminal.ts";

interface Column {
  /** May contain line breaks. */
  readonly heading: string;
  readonly align: "left" | "right";
}

/** Rows of cells, one cell per column. Cells may contain line breaks, but no colours. */
export interface TableContent {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

const GAP = 2;

/** Renders a table without borders, with a rule below its headings. */
export function renderTable({ columns, rows }: TableContent, colors: Colors): string {
  const headingLines = Math.max(...columns.map(({ heading }) => heading.split("\n").length));
  const rule = colors.dim("─");
  const table = new Table({
    head: columns.map(({ heading }) => bottomAligned(heading, headingLines, colors)),
    colAligns: columns.map(({ align }) => align),
    chars: { ...NO_BORDERS, mid: rule, "mid-mid": rule.repeat(GAP), middle: " ".repeat(GAP) },
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => [...row]));
  return withoutTrailingSpaces(table.toString());
}

/** Returns the width of the table in terminal columns. */
export function tableWidth({ columns, rows }: TableContent): number {
  const widths = columns.map(({ heading }, column) => Math.max(lineWidth(heading), ...rows.map((row) => lineWidth(row[column]!))));
  return widths.reduce((total, width) => total + width, GAP * (columns.length - 1));
}

const NO_BORDERS = Object.fromEntries(
  [
    "top",
    "top-mid",
    "top-left",
    "top-right",
    "bottom",
    "bottom-mid",
    "bottom-left",
    "bottom-right",
    "left",
    "left-mid",
    "right",
    "right-mid",
  ].map((name) => [name, ""]),
);

function bottomAligned(heading: string, lines: number, colors: Colors): string {
  const own = heading.split("\n");
  return [...Array<string>(lines - own.length).fill(""), ...own.map((line) => colors.bold(line))].join("\n");
}

function lineWidth(text: string): number {
  return Math.max(...text.split("\n").map((line) => line.length));
}

function withoutTrailingSpaces(text: string): string {
  return text.replace(/[ ]+$/gm, "");
}
