// Writes tables and charts of the results in docs/benchmarks into the documents, between their marks: `npm run benchmark-tables`.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { globSync } from "tinyglobby";

const root = fileURLToPath(new URL("../", import.meta.url));
const RESULTS = path.join(root, "docs", "benchmarks");

/** Paths of the documents that may have marks. */
export function documents() {
  return globSync(["*.md", "docs/**/*.md", "packages/*/*.md", "apps/*/*.md", "examples/*.md"], {
    cwd: root,
    absolute: true,
    ignore: ["**/node_modules/**", "**/CHANGELOG.md"],
  });
}

/** Names of the results: paths below docs/benchmarks without the ending. */
export function resultNames() {
  return globSync("**/*.json", { cwd: RESULTS }).map((file) => file.replace(/\.json$/u, ""));
}

/** The result of a name. */
export function readResult(name) {
  const file = path.join(RESULTS, `${name}.json`);
  if (!existsSync(file)) throw new Error(`There is no result ${file}.`);
  return JSON.parse(readFileSync(file, "utf8"));
}

/** Path of a result's chart. */
export function chartFile(name) {
  return path.join(RESULTS, `${name}.svg`);
}

/** Where the parts of one document come from. */
export function resultFiles(document) {
  const chartOf = (name) => path.relative(path.dirname(document), chartFile(name)).split(path.sep).join("/");
  return { read: readResult, chartOf };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const built = (file) => import(pathToFileURL(path.join(root, "apps/experiments/dist/benchmark/render", file)).href);
  const [{ withResults }, { resultChart }] = await Promise.all([built("insert-results.js"), built("renderers.js")]);
  for (const name of resultNames()) {
    const chart = await resultChart(readResult(name));
    if (chart !== undefined) writeFileSync(chartFile(name), chart);
  }
  for (const document of documents()) {
    const before = readFileSync(document, "utf8");
    const after = withResults(before, resultFiles(document));
    if (after !== before) writeFileSync(document, after);
  }
}
