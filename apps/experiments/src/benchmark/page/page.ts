// The page in which suites run: `run-in-page.ts` calls `runUnit`.
import { pagePeers, pagePlace, type PageFiles } from "../place/page-place.ts";
import type { Row } from "../rows.ts";
import { runSuite, type Unit } from "../suite.ts";
import { modelSuites } from "../suites/model-suites.ts";

/** What the page and the program that drives it call. */
export interface BenchmarkPage {
  /** Provided by the page. */
  runUnit: (unit: Unit, files: PageFiles) => Promise<void>;
  /** Provided by the program. */
  keepRow: (row: Row) => Promise<void>;
}

const page = globalThis as unknown as BenchmarkPage;

page.runUnit = async (unit, files) => {
  if (!crossOriginIsolated) throw new Error("The page is not cross-origin isolated, so that it has no threads.");
  const suite = modelSuites.find(({ name }) => name === unit.suite);
  if (!suite) throw new Error(`The suite ${unit.suite} does not run in a page.`);
  for await (const row of runSuite(suite, unit, { place: pagePlace(unit, files), peers: pagePeers(files) })) await page.keepRow(row);
};
