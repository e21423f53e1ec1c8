import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { newPlace, release, root, story } from "./support/release.ts";
import { type Command, run } from "./support/run.ts";
import { timed } from "./support/times.ts";

/** The README's first program. */
const readme = readFileSync(path.join(root, "README.md"), "utf8");
const program = /```js\n([^]*?)```/u.exec(readme)![1]!;
/** The packages that it installs, as the README's command names them. */
const packages = /^npm install (.+)$/mu.exec(readme)![1]!.split(" ");

const pnpm = path.join(root, "node_modules/.bin/pnpm");
const yarn = path.join(release.tools, "node_modules/@yarnpkg/cli-dist/bin/yarn.js");

interface Manager {
  readonly name: string;
  readonly add: Command;
  readonly start: Command;
  /** Settings of the project, in the file of that name. */
  readonly settings?: readonly [file: string, text: string];
}

const MANAGERS: readonly Manager[] = [
  { name: "npm", add: ["npm", "install"], start: ["node", "example.js"] },
  {
    name: "pnpm",
    add: [pnpm, "add"],
    start: ["node", "example.js"],
    // As the README of core says: pnpm fails until one has decided about install scripts.
    settings: ["pnpm-workspace.yaml", "allowBuilds:\n  protobufjs: false\n"],
  },
  {
    name: "yarn with node_modules",
    add: [process.execPath, yarn, "add"],
    start: ["node", "example.js"],
    settings: [".yarnrc.yml", "nodeLinker: node-modules\n"],
  },
  {
    name: "yarn with Plug'n'Play",
    add: [process.execPath, yarn, "add"],
    start: [process.execPath, yarn, "node", "example.js"],
    settings: [".yarnrc.yml", "nodeLinker: pnp\n"],
  },
  { name: "bun", add: ["bun", "add"], start: ["node", "example.js"] },
];

describe.each(MANAGERS)("$name", ({ name, add, start, settings }) => {
  test("installs from the registry into an empty folder, and the README's first program runs", async () => {
    const place = newPlace(name.replaceAll(/\W+/gu, "-"));
    mkdirSync(place.cwd, { recursive: true });
    // A lockfile of its own tells yarn that this is no part of another project.
    writeFileSync(path.join(place.cwd, "package.json"), JSON.stringify({ name: "empty-project", private: true, type: "module" }));
    if (name.startsWith("yarn")) writeFileSync(path.join(place.cwd, "yarn.lock"), "");
    if (settings) writeFileSync(path.join(place.cwd, settings[0]), settings[1]);
    writeFileSync(path.join(place.cwd, "example.js"), program);
    await timed(release.work, `${name}: install`, () => run([...add, ...packages], place));
    expect(await run(start, place)).toContain(story);
  });
});
