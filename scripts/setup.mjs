// Brings a fresh clone to where the built packages run: needs Node and, the first time, the network. Nothing is done twice.
// Plain syntax throughout, so that an old Node gets as far as saying that it is too old.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/**
 * Installs when the lockfile changed since the last time, then builds `packages` (turbo filters; all by default) as far
 * as they changed. Writes to standard error only. If a step fails, ends the process with code 1 and the reason.
 */
export function setup({ packages = [] } = {}) {
  install();
  build(packages);
}

function checkNode() {
  const required = readPackage().engines.node.replace(">=", "");
  if (compareVersions(process.versions.node, required) >= 0) return;
  fail(`decodekit needs Node ${required} or newer; this is Node ${process.versions.node}. See https://nodejs.org.`);
}

/** Installs when the lockfile changed since the last time. If that fails, ends the process with code 1 and the reason. */
export function install() {
  checkNode();
  const stamp = path.join(root, "node_modules", ".decodekit-installed");
  const wanted = hashOf(["pnpm-lock.yaml", "pnpm-workspace.yaml"]);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  step("Installing packages (the first time this takes a minute)", () => {
    // CI: never stop to ask a question.
    const failure = run("npx", ["-y", readPackage().packageManager, "install", "--frozen-lockfile"], { CI: "true" });
    return failure && `${failure}\nInstalling needs the network, this one time. Call this again when it is there.`;
  });
  writeFileSync(stamp, wanted);
}

function build(packages) {
  const filters = packages.map((name) => `--filter=${name}`);
  // turbo calls pnpm, which is among the installed packages.
  const PATH = [path.join(root, "node_modules", ".bin"), process.env.PATH].join(path.delimiter);
  const settings = { PATH, TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1" };
  step("Building", () => run("turbo", ["run", "build", "--output-logs=errors-only", ...filters], settings));
}

/** Reports what is being done and for how long. `work` returns the reason of a failure, or undefined. */
function step(title, work) {
  const started = Date.now();
  process.stderr.write(`${title} …`);
  const failure = work();
  if (failure !== undefined) {
    process.stderr.write(" failed.\n\n");
    fail(failure);
  }
  process.stderr.write(` done in ${((Date.now() - started) / 1000).toFixed(1)} s.\n`);
}

/** Runs a program in the root folder without output. Returns undefined, or its output if it failed. */
function run(program, args, settings) {
  const environment = Object.assign({}, process.env, settings);
  const windows = process.platform === "win32";
  const result = spawnSync(program, args, { cwd: root, env: environment, shell: windows, encoding: "utf8", maxBuffer: 2 ** 28 });
  if (result.status === 0) return undefined;
  const reason = result.error ? result.error.message : result.signal ? `ended by ${result.signal}` : `exit code ${result.status}`;
  return `${result.stdout || ""}${result.stderr || ""}\n${program} ${args.join(" ")}: ${reason}.`;
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function readPackage() {
  return JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
}

function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(path.join(root, file)));
  return hash.digest("hex");
}

/** Negative, 0 or positive, as "major.minor.patch" `a` is older than, equal to or newer than `b`. */
function compareVersions(a, b) {
  const [first, second] = [a, b].map((version) => version.split(".").map(Number));
  const index = first.findIndex((part, place) => part !== second[place]);
  return index < 0 ? 0 : first[index] - second[index];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setup();
