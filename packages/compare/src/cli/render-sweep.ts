import wrapAnsi from "wrap-ansi";
import type { Estimate } from "../statistics.ts";
import type { SweepReport, SweptDecoder } from "../sweep/index.ts";
import { count, formatNumber } from "./format.ts";
import type { Colors } from "./terminal.ts";
import { renderTable, type TableContent } from "./text-table.ts";

interface RenderOptions {
  readonly colors: Colors;
  /** Columns of the terminal; undefined if the output is not a terminal. */
  readonly width: number | undefined;
}

/** How many failed or nondeterministic cells are named. */
const NAMED = 10;

/** Renders the report of a sweep as a table, with what went wrong below it. */
export function renderSweep(report: SweepReport, { colors, width }: RenderOptions): string {
  const wrap = (text: string): string => (width === undefined ? text : wrapAnsi(text, width, { trim: false }));
  const { model } = report;
  const parts = [
    wrap(
      `${colors.bold(report.plan)}: ${count(report.decoders.length, "decoder")} × ${count(report.prompts, "prompt")} × ${count(report.seeds, "seed")} on ${model.name}`,
    ),
    renderTable(tableOf(report), colors),
    wrap(colors.dim(legend(report))),
    ...problemsOf(report).map(wrap),
  ];
  return `${parts.join("\n\n")}\n`;
}

interface Field {
  readonly heading: string;
  readonly show: (decoder: SweptDecoder) => string;
  readonly isShown?: (decoder: SweptDecoder) => boolean;
}

function tableOf({ decoders, baseline }: SweepReport): TableContent {
  const machines = [...new Set(decoders.flatMap(({ speedups }) => speedups.map(({ machine }) => machine)))].toSorted();
  const fields: readonly Field[] = [
    { heading: "runs", show: ({ cells }) => String(cells) },
    { heading: "tokens", show: ({ tokens }) => String(tokens) },
    { heading: "passes\nper 1000", show: ({ passesPer1000Tokens }) => formatEstimate(passesPer1000Tokens) },
    {
      heading: "accepted\n%",
      show: ({ acceptance }) => formatEstimate(acceptance, 100),
      isShown: ({ acceptance }) => acceptance !== null,
    },
    { heading: "nats/\ntoken", show: ({ natsPerToken }) => formatEstimate(natsPerToken) },
    ...machines.map((machine) => ({
      heading: machines.length === 1 ? "times\nas fast" : `times as fast\n${machine}`,
      show: ({ decoder, speedups }: SweptDecoder) =>
        decoder === baseline ? "1" : formatEstimate(speedups.find((speedup) => speedup.machine === machine)?.ratio ?? null),
    })),
  ];
  const shown = fields.filter(({ isShown }) => !isShown || decoders.some(isShown));
  return {
    columns: [{ heading: "decoder", align: "left" }, ...shown.map(({ heading }) => ({ heading, align: "right" }) as const)],
    rows: decoders.map((decoder) => [decoder.decoder, ...shown.map(({ show }) => show(decoder))]),
  };
}

/** Formats an estimate as "412 [398, 430]". */
function formatEstimate(estimate: Estimate | null, scale = 1): string {
  if (estimate === null) return "–";
  const { value, interval, count: prompts } = estimate;
  // One prompt tells nothing of others.
  if (prompts < 2) return formatNumber(scale * value);
  const [low, high] = interval.map((end) => formatNumber(scale * end));
  return `${formatNumber(scale * value)} [${low}, ${high}]`;
}

function legend({ baseline, decoders }: SweepReport): string {
  const meanings = [
    "in brackets: 95 % intervals, by bootstrap over the prompts",
    "passes per 1000 tokens: passes of the target, including its own drafting",
    "nats/token: how unlikely the model finds the text",
  ];
  if (decoders.some(({ acceptance }) => acceptance !== null)) meanings.splice(2, 0, "accepted: share of drafted tokens that were accepted");
  if (baseline !== null) meanings.push(`times as fast: against ${baseline} per token, median over the pairs`);
  return `${meanings.join("; ")}.`;
}

function problemsOf({ failures, nondeterministic, missing, decoders }: SweepReport): readonly string[] {
  const notLossless = decoders.filter(({ lossless }) => lossless === false).map(({ decoder }) => decoder);
  return [
    ...(notLossless.length > 0 ? [`Not lossless on this model: ${notLossless.join("; ")}.`] : []),
    ...(missing > 0 ? [`${count(missing, "run")} of the plan ${missing === 1 ? "has" : "have"} no result yet.`] : []),
    ...named(failures, `${count(failures.length, "run")} failed:`, ({ error, message }) => ` ${error}: ${message}`),
    ...named(nondeterministic, `${count(nondeterministic.length, "run")} gave different outcomes when repeated:`, () => ""),
  ];
}

type Named = SweepReport["nondeterministic"][number];

function named<Cell extends Named>(cells: readonly Cell[], heading: string, describe: (cell: Cell) => string): readonly string[] {
  if (cells.length === 0) return [];
  const lines = cells.slice(0, NAMED).map((cell) => `  ${cell.decoder} on ${cell.prompt}, seed ${cell.seed}.${describe(cell)}`);
  const more = cells.length > NAMED ? [`  and ${cells.length - NAMED} more; --json names all`] : [];
  return [[heading, ...lines, ...more].join("\n")];
}
