import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { prepareRedis } from "../../../scripts/engines/redis.mjs";
import { freePort } from "../../../scripts/engines/start-engine.mjs";
import type { QueueForTests } from "./postgres-for-tests.ts";

/** Undefined where there is no Redis and none can be had. */
export const redis = prepareRedis();

/** Redis on loopback, which writes its log each second. */
export async function startRedis(): Promise<QueueForTests> {
  const { program, env } = redis!;
  const folder = mkdtempSync(path.join(tmpdir(), "decodekit-redis-"));
  const port = (await freePort()) as number;
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--appendonly", "yes", "--maxmemory-policy", "noeviction"];
  const open = async (): Promise<ChildProcess> => {
    const child = spawn(program, args, { env: { ...process.env, ...env } });
    await new Promise<void>((resolve, reject) => {
      child.stdout.on("data", (text: Buffer) => String(text).includes("Ready to accept connections") && resolve());
      child.once("exit", (code) => reject(new Error(`redis-server ended with ${code}.`)));
    });
    return child;
  };
  const ended = (child: ChildProcess): Promise<void> => new Promise((resolve) => child.once("exit", () => resolve()));
  let child = await open();
  return {
    url: `redis://127.0.0.1:${port}`,
    async crash() {
      const end = ended(child);
      child.kill("SIGKILL");
      await end;
      child = await open();
    },
    async stop() {
      const end = ended(child);
      child.kill("SIGTERM");
      await end;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
