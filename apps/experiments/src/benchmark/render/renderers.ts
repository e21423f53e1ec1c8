import type { TopLevelSpec } from "vega-lite";
import type { SuiteResult } from "../results.ts";
import type { SuiteName } from "../rows.ts";
import type { RunRecord } from "../run-record.ts";
import { SUITE_TITLES } from "../suites/suite-names.ts";
import { contextScalingView, frameworkCostView, peersView, prefillView } from "./decode-views.ts";
import { bundlesView, dtypesView, eventLoopView, hubLoadingView, loadingView, masksView, samplersView } from "./other-views.ts";
import { draftersView, speculationView } from "./speculation-views.ts";
import type { SuiteView } from "./suite-view.ts";

const VIEWS: { readonly [Name in SuiteName]: SuiteView<Name> } = {
  "framework-cost": frameworkCostView,
  peers: peersView,
  prefill: prefillView,
  "context-scaling": contextScalingView,
  speculation: speculationView,
  drafters: draftersView,
  samplers: samplersView,
  masks: masksView,
  loading: loadingView,
  "hub-loading": hubLoadingView,
  dtypes: dtypesView,
  "event-loop": eventLoopView,
  bundles: bundlesView,
};

/** Names of a suite's tables. */
function tableNames(suite: SuiteName): readonly string[] {
  return Object.keys(VIEWS[suite].tables);
}

/** Renders one table of a result. @throws Error if the suite has no table of this name. */
export function resultTable<Name extends SuiteName>({ suite, rows }: SuiteResult<Name>, name = "main"): string {
  const view: SuiteView<Name> = VIEWS[suite];
  const render = view.tables[name];
  if (!render) throw new Error(`The suite ${suite} has the tables ${tableNames(suite).join(", ")}, and none with the name ${name}.`);
  return render(rows);
}

/** Renders a result as a document of its own. */
export function resultDocument<Name extends SuiteName>(result: SuiteResult<Name>): string {
  const tables = tableNames(result.suite).map((name) => (name === "main" ? "" : `## ${name}\n\n`) + resultTable(result, name));
  return `# ${SUITE_TITLES[result.suite]}\n\n${describeRun(result.run)}\n\n${tables.join("\n\n")}\n`;
}

/** Draws a result as SVG; undefined if the suite has no chart. */
export async function resultChart<Name extends SuiteName>({ suite, rows }: SuiteResult<Name>): Promise<string | undefined> {
  const view: SuiteView<Name> = VIEWS[suite];
  const spec: TopLevelSpec | undefined = view.chart?.(rows);
  if (!spec) return undefined;
  // Node 20 takes long to import it.
  const { draw } = await import("../../measure/draw.ts");
  return draw(spec);
}

/** Says in a sentence what the results of a run depend on. */
export function describeRun({ machine, versions, commit, dirty, date, settings }: RunRecord): string {
  const system = `${machine.cpu}, ${machine.cores} cores, ${(machine.memoryBytes / 2 ** 30).toFixed(0)} GiB, ${machine.system}`;
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version.replace(/^v/u, "")}`);
  const model = settings.embedded ? "the embedded story model" : settings.model;
  const code = `commit ${commit.slice(0, 10)}${dirty ? " with changes" : ""}`;
  const caution = settings.quick ? " A quick run: its figures mean nothing." : "";
  return `Model: ${model}. ${system}; ${settings.threads} threads; ${programs.join(", ")}; ${code}, ${date}.${caution}`;
}
