// Redis for the tests of queues: the one that is installed, else Debian's packages, unpacked in the cache and not installed.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { cache } from "../python-environment.mjs";

const PACKAGES = ["redis-server", "redis-tools", "libjemalloc2", "liblzf1", "liblua5.1-0", "lua-cjson", "lua-bitop", "libhiredis0.14"];

/** Returns the program and the environment that it needs; undefined if there is none and none can be had. */
export function prepareRedis() {
  if (spawnSync("redis-server", ["--version"]).status === 0) return { program: "redis-server", env: {} };
  const folder = path.join(cache, "redis");
  const program = path.join(folder, "usr/bin/redis-server");
  if (!existsSync(program) && !unpack(folder)) return undefined;
  const libraries = ["usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu"].map((name) => path.join(folder, name));
  return { program, env: { LD_LIBRARY_PATH: libraries.join(":") } };
}

function unpack(folder) {
  const making = `${folder}-making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  const script = `apt-get download ${PACKAGES.join(" ")} && for each in *.deb; do dpkg-deb -x "$each" . && rm "$each" || exit 1; done`;
  if (spawnSync("sh", ["-c", script], { cwd: making, stdio: "ignore" }).status !== 0) return false;
  rmSync(folder, { recursive: true, force: true });
  renameSync(making, folder);
  return true;
}
