import { mkdir, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import path from "node:path";
import { run, type Server, startServer } from "./run.ts";

/** Starts a registry on this machine: decodekit's packages are only what is published to it; others come from npm's own registry. */
export async function startRegistry(folder: string, tools: string): Promise<Server> {
  await mkdir(folder, { recursive: true });
  const upstream = await npmSetting("registry", "https://registry.npmjs.org/");
  const cafile = await npmSetting("cafile", "");
  const settings = {
    storage: path.join(folder, "storage"),
    uplinks: { npm: { url: upstream, maxage: "60m", timeout: "60s", ...(cafile && { ca: readFileSync(cafile, "utf8") }) } },
    packages: { "@decodekit/*": { access: "$all", publish: "$all" }, "**": { access: "$all", proxy: "npm" } },
    log: { type: "stdout", format: "pretty", level: "warn" },
    max_body_size: "100mb",
    web: { enable: false },
  };
  // YAML is a superset of JSON.
  await writeFile(path.join(folder, "config.yaml"), JSON.stringify(settings));
  const program = path.join(tools, "node_modules/verdaccio/bin/verdaccio");
  return startServer((port) => [process.execPath, program, "--config", "config.yaml", "--listen", `127.0.0.1:${port}`], {
    cwd: folder,
    env: process.env,
  });
}

/** Returns a setting of npm on this machine. */
async function npmSetting(name: string, otherwise: string): Promise<string> {
  const value = (await run(["npm", "config", "get", name], { cwd: import.meta.dirname, env: process.env })).trim();
  return ["undefined", "null", ""].includes(value) ? otherwise : value;
}
