import { type Estimate, median, medianOf, medianRatio } from "@decodekit/compare/sweep";
import { SUM_OF_EXPONENTIALS } from "../suites/measured-sampler.ts";
import type { BundlesRow, DtypesRow, EventLoopRow, HubRow, Kept, LoadingRow, MasksRow, SamplersRow } from "../rows.ts";
import { type ChartPoint, intervalChart } from "./chart.ts";
import type { SuiteView } from "./suite-view.ts";
import { figure, fileName, groupBy, percent, ratioCell, table } from "./table.ts";

type Lines<Row> = readonly Kept<Row & { readonly key: string }>[];

const of = <Row>(lines: Lines<Row>, part: (row: Row) => number): number => median(lines.map(part));
/** The median, with the least and the most. */
const spread = (values: readonly number[], unit: string): string => {
  const sorted = values.toSorted((a, b) => a - b);
  return `${figure(median(sorted))} ${unit}${sorted.length > 1 ? ` (${figure(sorted[0]!)} to ${figure(sorted.at(-1)!)})` : ""}`;
};

export const samplersView: SuiteView<"samplers"> = {
  tables: {
    main: (rows) => {
      const baseline = new Map(rows.flatMap((row) => (row.sampler === SUM_OF_EXPONENTIALS ? [[row.round, row.microsecondsPerToken]] : [])));
      return table<Lines<SamplersRow>>(
        [
          { title: "sampler", cell: (lines) => lines[0]!.sampler },
          { title: "library", cell: (lines) => lines[0]!.library },
          {
            title: "µs per token",
            cell: (lines) =>
              spread(
                lines.map(({ microsecondsPerToken: time }) => time),
                "µs",
              ),
          },
          { title: `over the ${SUM_OF_EXPONENTIALS}`, cell: (lines) => ratioCell(ratioToBaseline(lines, baseline)) },
        ],
        samplerGroups(rows),
      );
    },
  },
  chart: (rows) => {
    const points = samplerGroups(rows).map((lines): ChartPoint => {
      const [{ sampler: label, library: series }] = lines as [Kept<SamplersRow>];
      return { panel: "", label, series, estimate: medianOf(lines.map(({ microsecondsPerToken }) => microsecondsPerToken)) };
    });
    return intervalChart("Choosing a token from 152 k", points, { axis: "µs per token", scale: "log" });
  },
};

/** The median of the ratios, round by round, if the baseline was measured in the same run. */
function ratioToBaseline(lines: Lines<SamplersRow>, baseline: ReadonlyMap<number, number>): Estimate | undefined {
  const paired = lines.filter(({ round }) => baseline.has(round));
  if (paired.length === 0) return undefined;
  return medianRatio(
    paired.map(({ microsecondsPerToken }) => microsecondsPerToken),
    paired.map(({ round }) => baseline.get(round)!),
  );
}

function samplerGroups(rows: Lines<SamplersRow>): Lines<SamplersRow>[] {
  return groupBy(rows, ({ sampler, library }) => `${sampler}|${library}`)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([, lines]) => lines);
}

export const masksView: SuiteView<"masks"> = {
  tables: {
    main: (rows) =>
      table<Lines<MasksRow>>(
        [
          { title: "vocabulary", cell: (lines) => String(lines[0]!.vocabSize) },
          { title: "reading it, once", cell: (lines) => `${figure(of(lines, ({ readMilliseconds: time }) => time))} ms` },
          { title: "compiling the schema", cell: (lines) => `${figure(of(lines, ({ compileMilliseconds: time }) => time))} ms` },
          { title: "first text, per token", cell: (lines) => `${figure(of(lines, ({ firstTextMicroseconds: time }) => time))} µs` },
          { title: "second text", cell: (lines) => `${figure(of(lines, ({ secondTextMicroseconds: time }) => time))} µs` },
          { title: "known states", cell: (lines) => `${figure(of(lines, ({ knownStatesMicroseconds: time }) => time))} µs` },
        ],
        groupBy(rows, ({ vocabSize }) => String(vocabSize)).map(([, lines]) => lines),
      ),
  },
};

const PEER = "transformers.js";

export const loadingView: SuiteView<"loading"> = {
  tables: {
    main: (rows) =>
      table<{ readonly own: Lines<LoadingRow>; readonly peer: Lines<LoadingRow> }>(
        [
          { title: "file", cell: ({ own }) => fileName(own[0]!.file) },
          { title: "execution", cell: ({ own }) => own[0]!.where },
          { title: "words, new tokens", cell: ({ own }) => `${own[0]!.promptWords}, ${own[0]!.tokens}` },
          { title: "library", cell: ({ own }) => own[0]!.library },
          { title: "peak memory", cell: ({ own }) => `${figure(of(own, ({ peakBytes }) => peakBytes) / 1e6)} MB` },
          {
            title: "load and decode",
            cell: ({ own }) =>
              spread(
                own.map(({ seconds }) => seconds),
                "s",
              ),
          },
          {
            title: "to the first token",
            cell: ({ own }) =>
              spread(
                own.map(({ firstTokenSeconds: time }) => time),
                "s",
              ),
          },
          { title: "tokens", cell: ({ own, peer }) => (peer.length === 0 || own[0]!.digest === peer[0]!.digest ? "the same" : "others") },
        ],
        groupBy(rows, ({ where, file, promptWords }) => `${where}|${file}|${promptWords}`).flatMap(([, same]) => {
          const peer = same.filter(({ library }) => library === PEER);
          return groupBy(same, ({ library }) => library).map(([, own]) => ({ own, peer }));
        }),
      ),
  },
  chart: (rows) => {
    const points = groupBy(rows, ({ where, file, promptWords, library }) => `${where}|${file}|${promptWords}|${library}`).map(
      ([, own]): ChartPoint => {
        const { where, file, promptWords, library } = own[0]!;
        const estimate = medianOf(own.map(({ peakBytes }) => peakBytes / 1e6));
        return { panel: `${where}, ${promptWords} words`, label: fileName(file), series: library, estimate };
      },
    );
    return intervalChart("Peak memory of loading and decoding", points, { axis: "MB" });
  },
};

export const hubLoadingView: SuiteView<"hub-loading"> = {
  tables: {
    main: (rows) =>
      table<Lines<HubRow>>(
        [
          { title: "file", cell: (lines) => fileName(lines[0]!.file) },
          { title: "execution", cell: (lines) => lines[0]!.where },
          { title: "cache", cell: (lines) => (lines[0]!.state === "cold" ? "empty" : "full") },
          {
            title: "loading",
            cell: (lines) =>
              spread(
                lines.map(({ seconds }) => seconds),
                "s",
              ),
          },
          { title: "peak memory", cell: (lines) => `${figure(of(lines, ({ peakBytes }) => peakBytes) / 1e6)} MB` },
        ],
        groupBy(rows, ({ where, file, state }) => `${where}|${file}|${state}`).map(([, lines]) => lines),
      ),
  },
};

export const dtypesView: SuiteView<"dtypes"> = {
  tables: {
    main: (rows) =>
      table<Kept<DtypesRow>>(
        [
          { title: "file", cell: ({ label }) => label.replace(".onnx", "") },
          { title: "execution", cell: ({ where }) => where },
          { title: "MB", cell: ({ bytes }) => (bytes / 1e6).toFixed(0) },
          { title: "ms for 1 row", cell: ({ oneRowMilliseconds }) => figure(median(oneRowMilliseconds)) },
          {
            title: `${rows[0]?.rows ?? "several"} rows over 1`,
            cell: (row) => ratioCell(medianRatio(row.severalRowsMilliseconds, row.oneRowMilliseconds)),
          },
          { title: "nats from the first file", cell: ({ divergence }) => divergence.toFixed(4) },
          { title: "another likeliest token", cell: ({ otherLikeliest }) => percent(otherLikeliest) },
          { title: "rows move by", cell: ({ movedBy }) => movedBy.toExponential(0) },
          { title: "of them another likeliest token", cell: ({ movedLikeliest }) => percent(movedLikeliest) },
        ],
        rows,
      ),
  },
};

export const eventLoopView: SuiteView<"event-loop"> = {
  tables: {
    main: (rows) =>
      table<Kept<EventLoopRow>>(
        [
          { title: "file", cell: ({ file }) => fileName(file) },
          { title: "decodes", cell: ({ decodes, tokens, order }) => `${decodes} of ${tokens} tokens, ${order}` },
          { title: "median gap", cell: ({ medianGap }) => `${figure(medianGap)} ms` },
          { title: "99 %", cell: ({ percentile99Gap }) => `${figure(percentile99Gap)} ms` },
          { title: "longest gap", cell: ({ longestGap }) => `${figure(longestGap)} ms` },
          { title: "longest pass", cell: ({ longestPass }) => (longestPass === undefined ? "" : `${figure(longestPass)} ms`) },
        ],
        rows,
      ),
  },
};

export const bundlesView: SuiteView<"bundles"> = {
  tables: {
    main: (rows) =>
      table<Kept<BundlesRow>>(
        [
          { title: "bundle", cell: ({ bundle }) => bundle },
          { title: "minified", cell: ({ minifiedBytes }) => `${(minifiedBytes / 1000).toFixed(1)} kB` },
          { title: "gzipped", cell: ({ gzippedBytes }) => `${(gzippedBytes / 1000).toFixed(1)} kB` },
        ],
        rows,
      ),
  },
};
