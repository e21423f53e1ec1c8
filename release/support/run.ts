import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

export type Command = readonly [program: string, ...args: string[]];

/** Where a program runs. */
export interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Runs a program to its end and returns everything that it wrote.
 * @throws Error with that, if the program fails or takes more than ten minutes.
 */
export function run([program, ...args]: Command, { cwd, env }: Place): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout: 600_000 });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${[program, ...args].join(" ")} in ${cwd}: ${signal ?? `exit code ${code}`}\n${output}`));
    });
  });
}

export interface Server {
  readonly url: string;
  /** What the program wrote so far. */
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

/** Starts a program that serves on loopback, at the port that `commandOf` receives. Resolves when it answers. */
export async function startServer(commandOf: (port: number) => Command, place: Place): Promise<Server> {
  const port = await freePort();
  const [program, ...args] = commandOf(port);
  const env = { ...place.env, PORT: String(port) };
  // A group of its own: ending it also ends what the program started.
  const child = spawn(program, args, { cwd: place.cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.once("error", (error) => (output += String(error)));
  const url = `http://127.0.0.1:${port}/`;
  for (const deadline = Date.now() + 60_000; !(await answers(url)); await wait(100)) {
    if (child.exitCode === null && Date.now() < deadline) continue;
    await end(child);
    throw new Error(`${[program, ...args].join(" ")} did not serve ${url}:\n${output}`);
  }
  return { url, output: () => output, stop: () => end(child) };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.body?.cancel();
    return true;
  } catch {
    return false;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const closed = new Promise((resolve) => child.once("close", resolve));
  process.kill(-child.pid, "SIGTERM");
  await Promise.race([closed, wait(5000).then(() => child.exitCode ?? process.kill(-child.pid!, "SIGKILL"))]);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
