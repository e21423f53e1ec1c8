// npm run release:dry-run: publishes all packages to a registry on this machine, as the next release would, and uses them from there.
// `-- --out FOLDER` says where the bills of materials are written (release/out), `-- --keep` keeps the temporary folder. Other arguments
// are vitest's: `npm run release:dry-run -- sizes` runs the files whose names contain it.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { install, root } from "./setup.mjs";

const args = process.argv.slice(2);
const at = args.indexOf("--out");
const out = at < 0 ? undefined : args.splice(at, 2)[1];
if (at >= 0 && out === undefined) {
  console.error("--out needs a folder.");
  process.exit(2);
}
const isKept = args.includes("--keep");
const others = args.filter((arg) => arg !== "--keep");

install();
const { ensureChromium } = await import("./chromium.mjs");
const env = {
  ...process.env,
  CHROMIUM_PATH: await ensureChromium(),
  ...(out !== undefined && { DECODEKIT_RELEASE_OUT: path.resolve(out) }),
  ...(isKept && { DECODEKIT_RELEASE_KEEP: "1" }),
};
const vitest = path.join(root, "node_modules/.bin/vitest");
const { status } = spawnSync(vitest, ["run", "--config", "release/vitest.config.ts", ...others], {
  cwd: root,
  env,
  stdio: "inherit",
  shell: process.platform === "win32",
});
process.exit(status ?? 1);
