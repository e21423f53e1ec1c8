// npm test: sets up what is missing, then runs every check and every test, browser tests included.
// `npm test -- --quick` leaves out the checks of formatting, unused code and packages.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { preparePythonModels } from "./python-models.mjs";
import { root, setup } from "./setup.mjs";

setup();
const { ensureChromium } = await import("./chromium.mjs");

const reports = mkdtempSync(path.join(tmpdir(), "decodekit-test-"));
const bin = path.join(root, "node_modules", ".bin");
const environment = { ...process.env, PATH: [bin, process.env.PATH].join(path.delimiter), TURBO_TELEMETRY_DISABLED: "1" };
const failures = [];

step("types", ["turbo", "run", "check", "--output-logs=errors-only"]);
if (!process.argv.includes("--quick")) {
  step("packages", ["turbo", "run", "check:package", "--output-logs=errors-only"]);
  step("lint", ["oxlint", "--type-aware"]);
  step("format", ["oxfmt", "--check", "."]);
  step("unused code", ["knip"]);
  step("spelling", ["cspell", "--no-progress"]);
}
environment.CHROMIUM_PATH = await ensureChromium();
if (!preparePythonModels()) failures.push("models that Python makes");
const counts = [
  vitest("tests in Node", []),
  vitest("tests in Chromium", ["--config", "tests/vitest.browser.config.ts"]),
  vitest("tests of the comparison app", ["--config", "apps/compare/vitest.e2e.config.ts"]),
  vitest("tests of the documentation site", ["--config", "apps/docs/vitest.e2e.config.ts"]),
];

rmSync(reports, { recursive: true });
const [passed, failed, skipped] = ["numPassedTests", "numFailedTests", "numPendingTests"].map((key) =>
  counts.reduce((sum, count) => sum + count[key], 0),
);
const notRun = counts.flatMap(skippedTests);
if (notRun.length > 0) console.log(`\nSkipped, because what they need is not there:\n${notRun.map((name) => `  ${name}`).join("\n")}`);
const broken = counts.flatMap(failedTests);
if (broken.length > 0) console.log(`\nFailed:\n${broken.join("\n")}`);
if (failures.length > 0) console.log(`\nFailed steps: ${failures.join(", ")}.`);
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exit(failures.length > 0 || failed > 0 || passed === 0 ? 1 : 0);

function step(title, [command, ...args]) {
  console.log(`\n── ${title}: ${[command, ...args].join(" ")}`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit", env: environment, shell: process.platform === "win32" });
  if (status !== 0) failures.push(title);
  return status;
}

/** Runs vitest and reads the counts from its own report. A run that left no report has failed. */
function vitest(title, args) {
  const report = path.join(reports, `${title}.json`);
  step(title, ["vitest", "run", ...args, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`]);
  try {
    return JSON.parse(readFileSync(report, "utf8"));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [] };
  }
}

/** Files, full names and first lines of error of the tests that failed, once more at the end of a long output. */
function failedTests({ testResults }) {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = path.relative(root, name);
    const tests = assertionResults.filter((test) => test.status === "failed");
    if (tests.length === 0 && status === "failed") return [`  ${file}: ${firstLines(message)}`];
    return tests.map(({ fullName, failureMessages }) => `  ${file}: ${fullName}\n    ${firstLines(failureMessages.join("\n"))}`);
  });
}

function firstLines(message) {
  return message.split("\n").slice(0, 6).join("\n    ");
}

/** Full names of the tests that a run left out; their names say what they need. */
function skippedTests({ testResults }) {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  return tests.filter(({ status }) => !["passed", "failed"].includes(status)).map(({ fullName }) => fullName);
}
