import type { TopLevelSpec } from "vega-lite";
import { type Estimate, median, medianRatio } from "@decodekit/compare/sweep";
import type { DecodeRow, Kept, MissingRow } from "../rows.ts";
import { type ChartPoint, intervalChart, lineChart } from "./chart.ts";
import type { SuiteView } from "./suite-view.ts";
import { figure, fileName, groupBy, ratioCell, sameness, table } from "./table.ts";

/** With which all others are compared, or which is compared with the bare loop. */
const OURS = "decodekit";
const BARE = "bare loop";

/** The order of the programs in tables. */
const ORDER = [OURS, "decodekit, prompt lookup", BARE, "transformers.js", "node-llama-cpp", "node-llama-cpp, prompt lookup", "wllama"];
const orderOf = (contender: string): number => ORDER.indexOf(contender);

type Row = Kept<DecodeRow>;

/** Tokens per second after the first one; undefined for a text of one token. */
function decodeSpeed({ tokens, milliseconds, firstTokenMilliseconds }: DecodeRow): number | undefined {
  return tokens < 2 ? undefined : (1000 * (tokens - 1)) / (milliseconds - firstTokenMilliseconds);
}

/** Tokens per second of the whole decode, the prompt included. */
function wholeSpeed({ tokens, milliseconds }: DecodeRow): number | undefined {
  return tokens === 0 ? undefined : (1000 * tokens) / milliseconds;
}

/** The median of a speed of `rows` over that of `others`, in pairs of the same round and prompt. Undefined if there is no pair. */
function speedRatio(rows: readonly Row[], others: readonly Row[], speed: (row: DecodeRow) => number | undefined): Estimate | undefined {
  const otherOf = new Map(others.map((row) => [caseOf(row), row]));
  const pairs = rows.flatMap((row) => {
    const other = otherOf.get(caseOf(row));
    const [own, its] = [speed(row), other && speed(other)];
    return own === undefined || its === undefined ? [] : [[own, its] as const];
  });
  if (pairs.length === 0) return undefined;
  return medianRatio(
    pairs.map(([own]) => own),
    pairs.map(([, its]) => its),
  );
}

/** The round and the prompt, without the contender. */
function caseOf({ key, contender }: Row): string {
  return key.slice(contender.length);
}

interface Group {
  readonly where: string;
  readonly file: string;
  readonly promptTokens: number;
  readonly contender: string;
  readonly rows: readonly Row[];
  /** Rows of another contender on the same prompts. */
  readonly others: readonly Row[];
}

/** Groups rows by place, prompt length and contender, with those of `reference` beside them. */
function lengthGroups(rows: readonly Row[], reference: string): Group[] {
  return groupBy(rows, ({ where, file, promptTokens }) => `${where}|${file}|${String(promptTokens).padStart(6, "0")}`)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .flatMap(([, same]) => {
      const others = same.filter(({ contender }) => contender === reference);
      return groupBy(same, ({ contender }) => contender)
        .toSorted(([a], [b]) => orderOf(a) - orderOf(b))
        .map(([contender, own]) => {
          const { where, file, promptTokens } = own[0]!;
          return { where, file, promptTokens, contender, rows: own, others };
        });
    });
}

const medianSpeed = (rows: readonly Row[], speed: (row: DecodeRow) => number | undefined): string => {
  const speeds = rows.map(speed).filter((each) => each !== undefined);
  return speeds.length === 0 ? "" : figure(median(speeds));
};
const sameText = ({ rows, others }: Pick<Group, "rows" | "others">): string => {
  if (rows.length === 0) return "";
  const digests = new Map(others.map((row) => [caseOf(row), row.digest]));
  if (rows.some(({ digest }) => digest === undefined)) return "";
  return sameness(rows.map((row) => row.digest === digests.get(caseOf(row))));
};
const place = [
  { title: "file", cell: ({ file }: Group) => fileName(file) },
  { title: "execution", cell: ({ where }: Group) => where },
];

export const frameworkCostView: SuiteView<"framework-cost"> = {
  tables: {
    main: (rows) =>
      table<Group>(
        [
          ...place,
          { title: "prompt tokens", cell: ({ promptTokens }) => String(promptTokens) },
          {
            title: "tokens/s after the first, over the bare loop",
            cell: (group) => ratioCell(speedRatio(group.rows, group.others, decodeSpeed)),
          },
          { title: "whole decode, over the bare loop", cell: (group) => ratioCell(speedRatio(group.rows, group.others, wholeSpeed)) },
          { title: "decodekit, tokens/s", cell: (group) => medianSpeed(group.rows, decodeSpeed) },
          { title: "bare loop, tokens/s", cell: (group) => medianSpeed(group.others, decodeSpeed) },
          { title: "tokens", cell: sameText },
        ],
        lengthGroups(rows, BARE).filter(({ contender }) => contender === OURS),
      ),
  },
  chart: (rows) => {
    const groups = lengthGroups(rows, BARE).filter(({ contender }) => contender === OURS);
    const points = groups.flatMap(({ where, file, promptTokens, rows: own, others }): ChartPoint[] => {
      const estimate = speedRatio(own, others, decodeSpeed);
      return estimate ? [{ panel: `${fileName(file)}, ${where}`, label: `${promptTokens} prompt tokens`, series: OURS, estimate }] : [];
    });
    return points.length === 0 ? undefined : intervalChart("Tokens per second over the bare loop", points, { axis: "ratio", reference: 1 });
  },
};

export const prefillView: SuiteView<"prefill"> = {
  tables: {
    main: (rows) =>
      table<Group>(
        [
          ...place,
          { title: "prompt tokens", cell: ({ promptTokens }) => String(promptTokens) },
          { title: "program", cell: ({ contender }) => contender },
          { title: "ms to the first token", cell: (group) => figure(firstTokenTime(group.rows)) },
          {
            title: "time over decodekit's",
            cell: (group) => ratioCell(speedRatio(group.rows, group.others, (row) => row.firstTokenMilliseconds)),
          },
        ],
        lengthGroups(rows, OURS),
      ),
  },
  chart: (rows) => lines(rows, { title: "Time to the first token", x: "prompt tokens", y: "ms", valueOf: firstTokenTime }),
};

export const contextScalingView: SuiteView<"context-scaling"> = {
  tables: {
    main: (rows) =>
      table<Group>(
        [
          ...place,
          { title: "context", cell: ({ promptTokens }) => String(promptTokens) },
          { title: "program", cell: ({ contender }) => contender },
          { title: "ms per token", cell: (group) => figure(tokenMilliseconds(group.rows)) },
          { title: "speed over the bare loop", cell: (group) => ratioCell(speedRatio(group.rows, group.others, decodeSpeed)) },
        ],
        lengthGroups(rows, BARE),
      ),
  },
  chart: (rows) => {
    const title = "Time of a token by the length of its context";
    return lines(rows, { title, x: "context in tokens", y: "ms per token", valueOf: tokenMilliseconds });
  },
};

function firstTokenTime(rows: readonly Row[]): number {
  return median(rows.map((row) => row.firstTokenMilliseconds));
}

function tokenMilliseconds(rows: readonly Row[]): number {
  return 1000 / median(rows.map((row) => decodeSpeed(row) ?? NaN));
}

interface LinesOptions {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly valueOf: (rows: readonly Row[]) => number;
}

/** Draws a figure of each contender over the length of the prompt. */
function lines(rows: readonly Row[], { title, x, y, valueOf }: LinesOptions): TopLevelSpec | undefined {
  const points = lengthGroups(rows, OURS).map(({ where, file, promptTokens, contender, rows: own }) => {
    return { panel: `${fileName(file)}, ${where}`, series: contender, x: promptTokens, y: valueOf(own) };
  });
  return points.length === 0 ? undefined : lineChart(title, { x, y }, points);
}

type PeerRow = Kept<DecodeRow | MissingRow>;

const isMissing = (row: PeerRow): row is Kept<MissingRow> => "missing" in row;

interface Peer extends Group {
  readonly missing?: string;
}

/** One line for each program on each file and execution. */
function peerLines(rows: readonly PeerRow[]): Peer[] {
  return groupBy(rows, ({ where, file }) => `${where}|${file}`).flatMap(([, same]) => {
    const others = same.filter((row): row is Row => !isMissing(row) && row.contender === OURS);
    const programs = groupBy(same, ({ contender }) => contender).toSorted(([a], [b]) => orderOf(a) - orderOf(b));
    return programs.map(([contender, own]) => {
      const { where, file } = own[0]!;
      const measured = own.filter((row): row is Row => !isMissing(row));
      const missing = measured.length === 0 ? own.find(isMissing)?.missing : undefined;
      return { where, file, contender, promptTokens: 0, rows: measured, others, ...(missing !== undefined && { missing }) };
    });
  });
}

export const peersView: SuiteView<"peers"> = {
  tables: {
    main: (rows) =>
      table<Peer>(
        [
          ...place,
          { title: "program", cell: ({ contender, missing }) => (missing === undefined ? contender : `${contender}: ${missing}`) },
          { title: "tokens/s after the first", cell: (line) => medianSpeed(line.rows, decodeSpeed) },
          { title: "over decodekit", cell: (line) => ratioCell(speedRatio(line.rows, line.others, decodeSpeed)) },
          { title: "tokens/s of the whole decode", cell: (line) => medianSpeed(line.rows, wholeSpeed) },
          { title: "over decodekit, whole", cell: (line) => ratioCell(speedRatio(line.rows, line.others, wholeSpeed)) },
          { title: "texts", cell: sameText },
        ],
        peerLines(rows),
      ),
  },
  chart: (rows) => {
    const points = peerLines(rows).flatMap(({ where, file, contender, rows: own, others }): ChartPoint[] => {
      const estimate = speedRatio(own, others, decodeSpeed);
      return estimate ? [{ panel: `${fileName(file)}, ${where}`, label: contender, series: contender, estimate }] : [];
    });
    return points.length === 0 ? undefined : intervalChart("Tokens per second over decodekit", points, { axis: "ratio", reference: 1 });
  },
};
