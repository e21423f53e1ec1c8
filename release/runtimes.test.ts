import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { newPlace, release, root, story } from "./support/release.ts";
import { type Command, run, startServer } from "./support/run.ts";
import { timed } from "./support/times.ts";

interface Runtime {
  readonly name: string;
  readonly install: Command | undefined;
  readonly task: Command;
}

const RUNTIMES: readonly Runtime[] = [
  { name: "node", install: ["npm", "install"], task: ["npm", "run"] },
  { name: "bun", install: ["bun", "install"], task: ["bun", "run"] },
  // Deno installs what a program imports when it runs.
  { name: "deno", install: undefined, task: ["deno", "task"] },
];

describe.each(RUNTIMES)("$name", ({ name, install, task }) => {
  test("prints the story, and streams it over HTTP", async () => {
    const place = newPlace(`runtimes-${name}`);
    cpSync(path.join(root, "examples/bundlers", name), place.cwd, { recursive: true });
    if (name === "deno") allowNewPackages(path.join(place.cwd, "deno.json"));
    if (install) await timed(release.work, `${name}: install`, () => run(install, place));
    expect(await timed(release.work, `${name}: run`, () => run([...task, "story"], place))).toContain(story);
    const { url, stop } = await startServer(() => [...task, "start"], place);
    try {
      expect(await (await fetch(url)).text()).toBe(story);
    } finally {
      await stop();
    }
  });
});

/** Deno refuses packages that are younger than a day; these are a minute old. */
function allowNewPackages(file: string): void {
  const settings = JSON.parse(readFileSync(file, "utf8")) as object;
  writeFileSync(file, JSON.stringify({ ...settings, minimumDependencyAge: "0" }));
}
