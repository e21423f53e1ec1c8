import { type Estimate, ratioOfSums, sum } from "@decodekit/compare/sweep";
import { COPYING_KINDS, TASK_KINDS, type TaskKind } from "../../tasks/chat-tasks.ts";
import type { DraftersRow, Kept, SpeculationRow } from "../rows.ts";
import { type ChartPoint, intervalChart } from "./chart.ts";
import type { SuiteView } from "./suite-view.ts";
import { fileName, groupBy, percent, ratioCell, sameness, table } from "./table.ts";

/** The decoder that all others are compared with. */
const PLAIN = "greedy";
/** The command's default decoder for chats. */
const SUFFIX = "suffix, auto";

type Row = Kept<SpeculationRow>;
type TimeOf = (row: SpeculationRow) => number;

const decodeTime: TimeOf = ({ milliseconds, firstTokenMilliseconds }) => milliseconds - firstTokenMilliseconds;
const wholeTime: TimeOf = ({ milliseconds }) => milliseconds;

/** A decoder on one file and execution, with greedy decoding of the same prompts. */
interface Line {
  readonly where: string;
  readonly file: string;
  readonly decoder: string;
  readonly pairs: readonly (readonly [own: Row, plain: Row])[];
}

/** One line for each decoder but the plain one. */
function speculationLines(rows: readonly Row[]): Line[] {
  return groupBy(rows, ({ where, file }) => `${where}|${file}`).flatMap(([, same]) => {
    const promptOf = ({ round, task }: Row): string => `${round}/${task}`;
    const plain = new Map(same.filter(({ decoder }) => decoder === PLAIN).map((row) => [promptOf(row), row]));
    return groupBy(same, ({ decoder }) => decoder)
      .filter(([decoder]) => decoder !== PLAIN)
      .map(([decoder, own]) => {
        const { where, file } = own[0]!;
        const pairs = own.flatMap((row) => (plain.has(promptOf(row)) ? [[row, plain.get(promptOf(row))!] as const] : []));
        return { where, file, decoder, pairs };
      })
      .toSorted((a, b) => a.decoder.localeCompare(b.decoder, "en", { numeric: true }));
  });
}

/**
 * The speed of a line over plain decoding: the plain times of all prompts over its own. Only prompts of `kinds` count. Undefined if there
 * is none.
 */
function lineRatio({ pairs }: Line, timeOf: TimeOf, kinds: readonly TaskKind[] = TASK_KINDS): Estimate | undefined {
  const counted = pairs.filter(([{ kind }]) => kinds.includes(kind));
  if (counted.length === 0) return undefined;
  return ratioOfSums(
    counted.map(([, plain]) => timeOf(plain)),
    counted.map(([own]) => timeOf(own)),
  );
}

const OTHER_KINDS = TASK_KINDS.filter((kind) => !COPYING_KINDS.includes(kind));

const place = [
  { title: "file", cell: ({ file }: Line) => fileName(file) },
  { title: "execution", cell: ({ where }: Line) => where },
  { title: "decoder", cell: ({ decoder }: Line) => decoder },
];

/** `only` is the decoder of the table; without it, all are. */
function ratioTable(rows: readonly Row[], timeOf: TimeOf, only?: string): string {
  return table<Line>(
    [
      ...place,
      { title: "all tasks", cell: (line) => ratioCell(lineRatio(line, timeOf)) },
      { title: COPYING_KINDS.join(", "), cell: (line) => ratioCell(lineRatio(line, timeOf, COPYING_KINDS)) },
      { title: "the others", cell: (line) => ratioCell(lineRatio(line, timeOf, OTHER_KINDS)) },
      { title: "passes per 1000 tokens", cell: ({ pairs }) => perThousand(pairs.map(([own]) => own)) },
      { title: "accepted", cell: ({ pairs }) => acceptance(pairs.map(([own]) => own)) },
      { title: "texts", cell: ({ pairs }) => sameness(pairs.map(([own, plain]) => own.digest === plain.digest)) },
    ],
    speculationLines(rows).filter(({ decoder }) => only === undefined || decoder === only),
  );
}

function perThousand(rows: readonly { readonly passes: number; readonly tokens: number }[]): string {
  const tokens = sum(rows.map((row) => row.tokens));
  return tokens === 0 ? "" : ((1000 * sum(rows.map(({ passes }) => passes))) / tokens).toFixed(0);
}

function acceptance(rows: readonly { readonly drafted: number; readonly accepted: number }[]): string {
  const drafted = sum(rows.map((row) => row.drafted));
  return drafted === 0 ? "no drafts" : percent(sum(rows.map(({ accepted }) => accepted)) / drafted);
}

export const speculationView: SuiteView<"speculation"> = {
  tables: {
    /** Of the time after the first token. */
    main: (rows) => ratioTable(rows, decodeTime),
    /** The same, of the command's default decoder. */
    suffix: (rows) => ratioTable(rows, decodeTime, SUFFIX),
    /** Of the whole decode, the prompt included. */
    whole: (rows) => ratioTable(rows, wholeTime),
    /** Of the time after the first token, by kind of task. */
    kinds: (rows) =>
      table<Line>(
        [...place, ...TASK_KINDS.map((kind) => ({ title: kind, cell: (line: Line) => ratioCell(lineRatio(line, decodeTime, [kind])) }))],
        speculationLines(rows),
      ),
  },
  chart: (rows) => {
    const points = speculationLines(rows).flatMap((line) =>
      TASK_KINDS.flatMap((kind): ChartPoint[] => {
        const estimate = lineRatio(line, decodeTime, [kind]);
        return estimate ? [{ panel: `${fileName(line.file)}, ${line.where}`, label: kind, series: line.decoder, estimate }] : [];
      }),
    );
    return points.length === 0
      ? undefined
      : intervalChart("Tokens per second after the first, over greedy decoding", points, { axis: "ratio", reference: 1 });
  },
};

interface DrafterLine {
  readonly rows: readonly Kept<DraftersRow>[];
  readonly plain: readonly Kept<DraftersRow>[];
}

/** One line for each length of a drafter on a set of prompts, with plain decoding of the same prompts. */
function drafterLines(rows: readonly Kept<DraftersRow>[]): DrafterLine[] {
  return groupBy(rows, ({ where, target, set, drafter }) => [where, target, set, drafter].join("|")).flatMap(([, same]) => {
    const plainOf = new Map(same.filter(({ length }) => length === "plain").map((row) => [row.prompt, row]));
    return groupBy(same, ({ length }) => String(length))
      .filter(([length]) => length !== "plain")
      .map(([, own]) => own.filter(({ prompt }) => plainOf.has(prompt)))
      .filter((own) => own.length > 0)
      .map((own) => ({ rows: own, plain: own.map(({ prompt }) => plainOf.get(prompt)!) }));
  });
}

function drafterRatio({ rows, plain }: DrafterLine): Estimate {
  return ratioOfSums(
    plain.map(({ milliseconds }) => milliseconds),
    rows.map(({ milliseconds }) => milliseconds),
  );
}

const first = (line: DrafterLine): Kept<DraftersRow> => line.rows[0]!;
const draftPasses = ({ rows }: DrafterLine): string => {
  const drafted = rows.map(({ draftModelPasses, tokens }) => ({ passes: draftModelPasses, tokens }));
  return drafted.some(({ passes }) => passes > 0) ? ` + ${perThousand(drafted)}` : "";
};

export const draftersView: SuiteView<"drafters"> = {
  tables: {
    main: (rows) =>
      table<DrafterLine>(
        [
          { title: "text", cell: (line) => first(line).set },
          { title: "model", cell: (line) => first(line).target },
          { title: "execution", cell: (line) => first(line).where },
          { title: "drafter", cell: (line) => first(line).drafter },
          { title: "length", cell: (line) => String(first(line).length) },
          { title: "tokens/s over greedy", cell: (line) => ratioCell(drafterRatio(line)) },
          { title: "passes per 1000 tokens", cell: (line) => `${perThousand(line.rows)}${draftPasses(line)}` },
          { title: "accepted", cell: (line) => acceptance(line.rows) },
          { title: "texts", cell: ({ rows: own, plain }) => sameness(own.map(({ digest }, index) => digest === plain[index]!.digest)) },
        ],
        drafterLines(rows),
      ),
  },
  chart: (rows) => {
    const points = drafterLines(rows).map((line): ChartPoint => {
      const { where, target, set, drafter, length } = first(line);
      return { panel: `${set}, ${target}, ${where}`, label: drafter, series: String(length), estimate: drafterRatio(line) };
    });
    return points.length === 0
      ? undefined
      : intervalChart("Tokens per second over greedy decoding, by draft length", points, { axis: "ratio", reference: 1 });
  },
};
