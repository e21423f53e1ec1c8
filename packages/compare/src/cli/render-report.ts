import wrapAnsi from "wrap-ansi";
import type { CompareReport, RunReport } from "../report.ts";
import { whyNotLossless } from "../losslessness.ts";
import { count, formatBytes, formatCount, formatDecoder, formatFile, formatNumber, formatOptions } from "./format.ts";
import { groupBy } from "../group-by.ts";
import { type DecoderSummary, summarize } from "./summary.ts";
import type { Colors } from "./terminal.ts";
import { renderTable, type TableContent, tableWidth } from "./text-table.ts";

export interface RenderOptions {
  readonly colors: Colors;
  /** Columns of the terminal; undefined without a limit. */
  readonly width: number | undefined;
}

/** Wraps lines to the width and indents them. */
type Wrap = (text: string, indent?: string) => string;

/** Renders the report as text: the model, a table with a row per decoder, and every output. Ends with a line break. */
export function renderReport(report: CompareReport, { colors, width }: RenderOptions): string {
  const wrap: Wrap = (text, indent = "") =>
    (width === undefined ? text : wrapAnsi(text, width - indent.length)).replace(/^/gm, indent).replace(/[ ]+$/gm, "");
  const summaries = summarize(report.runs);
  const { file } = report.model;
  const parts = [wrap(modelLine(report, colors) + (file ? `\n${colors.dim(formatFile(file))}` : ""))];
  if (summaries.length > 0) parts.push(renderTable(chooseTable(summaries, width), colors), wrap(colors.dim(legend(report.runs))));
  const guarantees = guaranteesOf(summaries, report);
  if (guarantees.length > 0) parts.push(wrap(guarantees.join("\n")));
  for (const [prompt, runs] of groupBy(report.runs, (run) => run.prompt)) parts.push(...textsOf(prompt, runs, { colors, wrap }));
  return `${parts.join("\n\n")}\n`;
}

function modelLine({ model, environment }: CompareReport, colors: Colors): string {
  const facts = [
    model.parameters !== null && `${formatCount(model.parameters)} parameters`,
    `vocabulary ${model.vocabSize}`,
    model.bytes !== null && formatBytes(model.bytes),
    model.execution,
    environment.runtime,
  ];
  return `${colors.bold(model.name)}: ${facts.filter(Boolean).join(", ")}`;
}

/** Puts options beside the decoder's name if there is room, else one per line, wrapped if necessary. */
function chooseTable(summaries: readonly DecoderSummary[], width: number | undefined): TableContent {
  const wide = summaryTable(summaries, ({ decoder, options }) => formatDecoder(decoder, options));
  if (width === undefined || tableWidth(wide) <= width) return wide;
  const room = Math.max(MIN_LABEL_WIDTH, width - tableWidth(summaryTable(summaries, () => "")) + LABEL_HEADING.length);
  return summaryTable(summaries, ({ decoder, options }) => {
    const lines = [decoder, ...formatOptions(options).map((option) => `  ${option}`)];
    return lines.map((line) => wrapAnsi(line, room, { hard: true, trim: false })).join("\n");
  });
}

const LABEL_HEADING = "decoder";
const MIN_LABEL_WIDTH = 12;

interface Field {
  readonly heading: string;
  readonly show: (summary: DecoderSummary) => string;
  /** The column is left out if this is true of no row. */
  readonly isShown?: (summary: DecoderSummary) => boolean;
}

/** The columns between the decoder and its finish reason, from left to right. `legend` explains them. */
const FIELDS: readonly Field[] = [
  { heading: "tokens", show: ({ tokens }) => String(tokens) },
  { heading: "passes", show: ({ passes }) => String(passes) },
  { heading: "per\n1000", show: ({ passesPer1000Tokens }) => formatNumber(passesPer1000Tokens) },
  {
    heading: "draft\nmodel",
    show: ({ draftModelPasses }) => String(draftModelPasses),
    isShown: ({ draftModelPasses }) => draftModelPasses > 0,
  },
  { heading: "tok/s", show: ({ tokensPerSecond }) => formatNumber(tokensPerSecond) },
  { heading: "ms to\nfirst", show: ({ timeToFirstTokenMilliseconds }) => formatNumber(timeToFirstTokenMilliseconds) },
  { heading: "accep-\nted", show: ({ acceptance }) => percent(acceptance), isShown: ({ acceptance }) => acceptance !== null },
  { heading: "nats/\ntoken", show: ({ negativeLogLikelihood }) => formatNumber(negativeLogLikelihood) },
  { heading: "chan-\nged", show: ({ changedShare }) => percent(changedShare), isShown: ({ revisions }) => revisions > 0 },
];

function summaryTable(summaries: readonly DecoderSummary[], label: (summary: DecoderSummary) => string): TableContent {
  const fields = FIELDS.filter(({ isShown }) => !isShown || summaries.some(isShown));
  return {
    columns: [
      { heading: LABEL_HEADING, align: "left" },
      ...fields.map(({ heading }) => ({ heading, align: "right" }) as const),
      { heading: "finish", align: "left" },
    ],
    rows: summaries.map((summary) => [label(summary), ...fields.map(({ show }) => show(summary)), finishOf(summary)]),
  };
}

function percent(share: number | null): string {
  return share === null ? "–" : `${Math.round(100 * share)} %`;
}

/** Formats the finish reasons as "length" or "3 length\n1 stop". */
function finishOf({ finishReasons, runs }: DecoderSummary): string {
  const [[only] = []] = finishReasons;
  if (finishReasons.size === 1) return only!;
  return runs.length === 0 ? "" : [...finishReasons].map(([reason, number]) => `${number} ${reason}`).join("\n");
}

function legend(runs: readonly RunReport[]): string {
  const prompts = new Set(runs.map((run) => run.prompt)).size;
  const seeds = new Set(runs.map((run) => run.seed)).size;
  const meanings = [
    "passes, per 1000 tokens: passes of the target, including its own drafting",
    "nats/token: how unlikely the model finds the text",
  ];
  if (runs.some(({ passesByModel }) => Object.values(passesByModel.draft).some((passes) => passes > 0)))
    meanings.push("draft model: passes of the draft model");
  if (runs.some((run) => run.drafted > 0)) meanings.push("accepted: share of drafted tokens that were accepted");
  if (runs.some((run) => run.revisions > 0)) meanings.push("changed: share of tokens that differ from those first shown");
  const amount = `${count(prompts, "prompt")} × ${count(seeds, "seed")}`;
  if (prompts * seeds > 1) meanings.unshift(`${amount}: tokens and passes are totals, times are medians`);
  return `${meanings.join("; ")}.`;
}

/** Says which decoders that claim to be lossless are so on this model, and why the others are not. */
function guaranteesOf(summaries: readonly DecoderSummary[], { model }: CompareReport): readonly string[] {
  const named = (lossless: boolean): string =>
    [...new Set(summaries.filter((summary) => summary.lossless === lossless).map(({ decoder }) => decoder))].join(", ");
  const [kept, notKept] = [named(true), named(false)];
  const reason = whyNotLossless(model.rowConsistency);
  return [
    ...(kept ? [`Lossless (the model's own distribution, up to rounding): ${kept}.`] : []),
    ...(notKept ? [`Not lossless: ${notKept}.${reason === null ? "" : ` Drafts are not verified exactly, because ${reason}.`}`] : []),
  ];
}

/** Renders the texts of one prompt. Texts that differ only by seed appear once. */
function textsOf(prompt: string, runs: readonly RunReport[], { colors, wrap }: { readonly colors: Colors; readonly wrap: Wrap }): string[] {
  const several = new Set(runs.map((run) => run.seed)).size > 1;
  const texts = groupBy(runs, ({ decoder, options, text }) => JSON.stringify([decoder, options, text])).values();
  return [
    wrap(`${colors.bold("Prompt:")} ${withoutControls(prompt)}`),
    ...[...texts].map((group) => {
      const [{ decoder, options, text }] = group;
      const seeds = several ? ` · ${group.length === 1 ? "seed" : "seeds"} ${group.map((run) => run.seed).join(", ")}` : "";
      return `${wrap(colors.cyan(formatDecoder(decoder, options) + seeds))}\n${wrap(colors.dim(withoutControls(prompt)) + withoutControls(text), "  ")}`;
    }),
  ];
}

/** Replaces control characters, which a model may write and a terminal would interpret, by U+FFFD. */
function withoutControls(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, "\uFFFD");
}
