import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { manifestIn, newPlace, release, root, story } from "./support/release.ts";
import { run } from "./support/run.ts";
import { timed } from "./support/times.ts";

/** One installation of everything that was published; the versions of Node run from it. */
const project = newPlace("all-packages");

/** Packages that a user of one of the entry points brings along: optional peers. */
const peers = release.packages.flatMap(({ files }) => {
  const { peerDependencies = {} } = manifestIn(files) as { peerDependencies?: Readonly<Record<string, string>> };
  return Object.keys(peerDependencies).filter((name) => !name.startsWith("@decodekit/") && name !== "onnxruntime-node");
});

beforeAll(async () => {
  writeFileSync(path.join(project.cwd, "package.json"), JSON.stringify({ name: "empty-project", private: true, type: "module" }));
  const names = [...release.packages.map(({ name }) => name), ...new Set(peers)];
  await timed(release.work, "npm: install of all packages", () => run(["npm", "install", ...names], project));
  const entries = release.packages.flatMap(({ name, files }) =>
    Object.keys(manifestIn(files)["exports"] as object).map((entry) => `${name}${entry.slice(1)}`),
  );
  const lines = entries.map((name) => `await import("${name}"${name.endsWith(".json") ? ', { with: { type: "json" } }' : ""});`);
  writeFileSync(path.join(project.cwd, "imports.js"), `${lines.join("\n")}\nconsole.log(process.version, "imported ${entries.length}");\n`);
  writeFileSync(path.join(project.cwd, "example.js"), /```js\n([^]*?)```/u.exec(readFileSync(path.join(root, "README.md"), "utf8"))![1]!);
});

describe.each(["20", "22", "24"] as const)("Node %s", (major) => {
  const place = newPlace("all-packages", major);

  test("imports every entry point", async () => {
    expect(await run(["node", "imports.js"], place)).toMatch(new RegExp(`^v${major}\\.[\\d.]+ imported \\d+$`, "mu"));
  });

  test("runs the README's first program", async () => {
    expect(await run(["node", "example.js"], place)).toContain(story);
  });
});
