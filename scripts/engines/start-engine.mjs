// Starts a server as a child process and waits until it answers.
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { cache } from "../python-environment.mjs";

/** Milliseconds that a server has to load its model. */
const PATIENCE = 300_000;

/** Returns a port of loopback that nothing listens at. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Starts `command` with `args` and resolves once a GET of `ready`, a URL, succeeds. What it prints goes to a file. `kill` ends it at once,
 * `stop` as it is meant to be ended; both resolve when it has ended.
 * @throws Error with the place of that file if the server ends, or does not answer in time.
 */
export async function startEngine({ name, command, args, ready, env = {} }) {
  const folder = path.join(cache, "engines");
  mkdirSync(folder, { recursive: true });
  const log = path.join(folder, `${name}.log`);
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  const file = createWriteStream(log);
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  let end = "";
  const ended = new Promise((resolve) => {
    child.once("error", (error) => resolve(void (end = error.message)));
    child.once("exit", (code, signal) => resolve(void (end = `it ended with ${signal ?? code}`)));
  });
  const stopBy = (signal) => {
    child.kill(signal);
    return ended;
  };
  const exit = () => child.kill("SIGKILL");
  process.once("exit", exit);
  void ended.then(() => process.removeListener("exit", exit));
  for (const begun = performance.now(); end === ""; await wait(100)) {
    const isReady = await fetch(ready).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return { pid: Number(child.pid), log, kill: () => stopBy("SIGKILL"), stop: () => stopBy("SIGTERM") };
    if (performance.now() - begun < PATIENCE) continue;
    await stopBy("SIGKILL");
    end = `it did not answer within ${PATIENCE / 1000} s`;
  }
  throw new Error(`${name}: ${end}. What it printed is in ${log}.`);
}
