// npm run mutation -- PACKAGE [FILE …]: changes the source of a package in many small ways, one at a time, and reports the changes that no
// test noticed. Works slice by slice and keeps the results of each (.stryker): an interrupted run continues where it was, and only
// what has changed since is run again; --fresh starts from nothing. With files (globs within the repository) only those are changed, and
// no score is written.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";
import { globSync } from "tinyglobby";
import { root } from "./setup.mjs";

const WITHOUT_TESTS = ["!**/*.test.ts", "!**/*.test-d.ts", "!**/*-for-tests.ts"];
/** Lines of source after which a slice ends. */
const SLICE_LINES = 400;

/** What is changed, and the tests that may notice, which must not need a build. */
const targets = {
  core: {
    mutate: ["packages/core/src/**/*.ts", "!packages/core/src/{onnx,worker,testing}/**"],
    tests: [
      "packages/core/src/*.test.ts",
      "packages/core/src/{contracts,decode,generate,random,sampling,testing,text,tokens}/**/*.test.ts",
      "packages/greedy/src/**/*.test.ts",
    ],
  },
  onnx: {
    mutate: ["packages/core/src/onnx/**/*.ts"],
    tests: ["packages/core/src/onnx/**/*.test.ts", "tests/src/runtime/small-graphs/*.test.ts"],
  },
  worker: {
    mutate: ["packages/core/src/worker/**/*.ts"],
    tests: ["packages/core/src/worker/**/*.test.ts", "tests/src/worker/one-thread/**/*.test.ts"],
    // A message that is lost is waited for without end; each test takes well under a second.
    testTimeout: 6000,
  },
  "top-p": { mutate: ["packages/top-p/src/**/*.ts"], tests: ["packages/top-p/src/**/*.test.ts"] },
  samplers: { mutate: ["packages/samplers/src/**/*.ts"], tests: ["packages/samplers/src/**/*.test.ts"] },
  search: { mutate: ["packages/search/src/**/*.ts"], tests: ["packages/search/src/**/*.test.ts"] },
  constraints: { mutate: ["packages/constraints/src/**/*.ts"], tests: ["packages/constraints/src/**/*.test.ts"] },
  speculative: { mutate: ["packages/speculative/src/**/*.ts"], tests: ["packages/speculative/src/**/*.test.ts"] },
  refinement: { mutate: ["packages/refinement/src/**/*.ts"], tests: ["packages/refinement/src/**/*.test.ts"] },
  chat: { mutate: ["packages/chat/src/**/*.ts"], tests: ["packages/chat/src/**/*.test.ts"] },
  "ai-sdk": { mutate: ["packages/ai-sdk/src/**/*.ts"], tests: ["tests/src/ai-sdk/{provider,worker}.test.ts"] },
  conformance: { mutate: ["packages/conformance/src/**/*.ts"], tests: ["packages/conformance/src/**/*.test.ts"] },
  compare: { mutate: ["packages/compare/src/**/*.ts"], tests: ["packages/compare/src/**/*.test.ts"] },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { fresh: { type: "boolean", default: false }, concurrency: { type: "string", default: "2" } },
});
const [name, ...files] = positionals;
const target = targets[name];
if (!target) {
  console.error(`Usage: npm run mutation -- PACKAGE [FILE …] [--fresh] [--concurrency N]\nPACKAGE: ${Object.keys(targets).join(", ")}`);
  process.exit(1);
}

const folder = path.join(root, "tests", "mutation");
const work = path.join(root, ".stryker");
mkdirSync(work, { recursive: true });
// What tests read beside the repository lies beside the copy too.
const shared = path.join(root, "..", "shared");
if (existsSync(shared) && !existsSync(path.join(work, "shared"))) symlinkSync(shared, path.join(work, "shared"));

process.chdir(root);
process.env.MUTATION_TESTS = target.tests.join(",");
process.env.MUTATION_TEST_TIMEOUT = String(target.testTimeout ?? 60_000);
const results = path.join(work, `${name}.incremental.json`);
// What is known of files that are not chosen stays.
if (values.fresh && files.length === 0) rmSync(results, { force: true });
const slices = slicesOf(globSync([...(files.length > 0 ? files : target.mutate), ...WITHOUT_TESTS], { cwd: root }).toSorted());
if (slices[0].length === 0) throw new Error(`No file matches ${files.join(", ")}.`);
for (const [index, slice] of slices.entries()) {
  console.log(`\nSlice ${index + 1} of ${slices.length}: ${slice.join(", ")}`);
  await mutate(slice);
}
report();

async function mutate(slice) {
  await new Stryker({
    mutate: slice,
    testRunner: "vitest",
    vitest: { configFile: "vitest.mutation.config.ts", related: false },
    plugins: ["@stryker-mutator/vitest-runner"],
    coverageAnalysis: "perTest",
    // A change to what a module computes when it is loaded needs a new process and every test for each: a hundred times the time.
    ignoreStatic: true,
    concurrency: Number(values.concurrency),
    timeoutMS: 4000,
    timeoutFactor: 2,
    reporters: ["progress-append-only"],
    incremental: true,
    force: values.fresh,
    incrementalFile: results,
    tempDirName: ".stryker",
    cleanTempDir: "always",
    ignorePatterns: ["dist", "/.stryker", "/apps", "*.md", "/.git", "!packages/*/README.md"],
    allowConsoleColors: false,
    disableTypeChecks: false,
    checkers: [],
  }).runMutationTest();
}

function slicesOf(all) {
  const cut = [[]];
  let lines = 0;
  for (const file of all) {
    if (lines >= SLICE_LINES) {
      cut.push([]);
      lines = 0;
    }
    cut.at(-1).push(file);
    lines += readFileSync(file, "utf8").split("\n").length;
  }
  return cut;
}

function report() {
  const equivalents = readJson(path.join(folder, "equivalent.json"), {})[name] ?? [];
  const chosen = new Set(slices.flat());
  const mutants = Object.entries(readJson(results, { files: {} }).files)
    .filter(([file]) => chosen.has(file))
    .flatMap(([file, { source, mutants: inFile }]) => inFile.map((mutant) => ({ ...mutant, file, source })));
  const missed = mutants.filter(({ status }) => status === "Survived" || status === "NoCoverage").map(described);
  const isEquivalent = (mutant) => equivalents.some((known) => isSame(known, mutant));
  const survivors = missed.filter((mutant) => !isEquivalent(mutant));
  const killed = mutants.filter(({ status }) => status === "Killed" || status === "Timeout").length;
  const score = (100 * killed) / (killed + survivors.length);
  for (const mutant of survivors) console.log(`${mutant.file}:${mutant.line} ${mutant.mutator}\n  - ${mutant.from}\n  + ${mutant.to}`);
  console.log(
    `\n${name}: ${score.toFixed(1)} % (${killed} killed, ${survivors.length} survived, ${missed.length - survivors.length} equivalent)`,
  );
  for (const known of equivalents)
    if (!missed.some((mutant) => isSame(known, mutant))) console.log(`No longer there: ${JSON.stringify(known)}`);
  if (files.length > 0) return;
  const scores = readJson(path.join(folder, "scores.json"), {});
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  scores[name] = {
    score: Number(score.toFixed(1)),
    killed,
    survived: survivors.length,
    equivalent: missed.length - survivors.length,
    commit,
  };
  writeJson(path.join(folder, "scores.json"), Object.fromEntries(Object.entries(scores).toSorted(([a], [b]) => (a < b ? -1 : 1))));
  writeFileSync(
    path.join(folder, `survivors-${name}.txt`),
    survivors.map(({ file, line, mutator, from, to }) => `${file}:${line} ${mutator}: ${from} → ${to}\n`).join(""),
  );
}

/** A mutant by its source text, on one line. */
function described({ file, source, location, mutatorName, replacement, status }) {
  const lines = source.split("\n");
  const [start, end] = [location.start, location.end].map(({ line, column }) => ({ line: line - 1, column: column - 1 }));
  const original =
    start.line === end.line
      ? lines[start.line].slice(start.column, end.column)
      : [lines[start.line].slice(start.column), ...lines.slice(start.line + 1, end.line), lines[end.line].slice(0, end.column)].join(" ");
  const short = (text) => text.replaceAll(/\s+/g, " ").trim();
  return {
    file,
    line: start.line + 1,
    mutator: status === "NoCoverage" ? `${mutatorName} (no test reaches it)` : mutatorName,
    from: short(original),
    to: short(replacement ?? ""),
  };
}

/** Mutants are known by file and text, since line numbers move. */
function isSame(known, { file, from, to }) {
  return known.file === file && known.from === from && known.to === to;
}

function readJson(file, otherwise) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : otherwise;
}

function writeJson(file, value) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
