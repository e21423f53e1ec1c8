import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { newPlace, release, root, story } from "./support/release.ts";
import { type Place, run } from "./support/run.ts";
import { noteTime } from "./support/times.ts";

const page = readFileSync(path.join(root, "apps/docs/src/content/docs/start/first-program.mdx"), "utf8");

interface Block {
  readonly language: string;
  /** Name of the file that the page says to write, or undefined for commands. */
  readonly title: string | undefined;
  readonly text: string;
}

/** The blocks of the page, in its order. */
const blocks: readonly Block[] = [...page.matchAll(/^```(\w+)(?: title="([^"]+)")?\n([^]*?)^```$/gmu)].map(([, language, title, text]) => ({
  language: language!,
  title,
  text: text!,
}));

/** Does what a block says where the one before it ended. Returns what its commands wrote, and where they ended. */
async function follow({ title, text }: Block, place: Place): Promise<{ readonly output: string; readonly place: Place }> {
  if (title) {
    writeFileSync(path.join(place.cwd, title), text);
    return { output: "", place };
  }
  const output = await run(["sh", "-ec", `${text}\necho "ended in $PWD"`], place);
  return { output, place: { ...place, cwd: /^ended in (.+)$/mu.exec(output)![1]! } };
}

test("the commands of the page, one after the other in an empty folder, lead to the first program", async () => {
  expect(blocks.map(({ language, title }) => title ?? language)).toEqual(["sh", "story.mjs", "sh", "sh", "faster.mjs"]);
  const started = performance.now();
  let place = newPlace("first-program");
  const outputs: string[] = [];
  for (const block of blocks) {
    const done = await follow(block, place);
    place = done.place;
    outputs.push(done.output);
    if (outputs.length === 3)
      noteTime(release.work, { what: "first program: from the empty folder to its end", seconds: (performance.now() - started) / 1000 });
  }
  expect(outputs[2]).toContain(story.slice(0, 180));
  // The page quotes this line.
  expect(outputs[2]).toContain("48 tokens in 48 passes of the model");
  expect(page).toContain("`48 tokens in 48 passes of the model`");
  const faster = await run(["node", "faster.mjs"], place);
  expect(faster).toContain(story.slice(0, 180));
  const [, tokens, passes] = /^(\d+) tokens in (\d+) passes;/mu.exec(faster)!;
  expect([Number(tokens), Number(passes) < 48]).toEqual([48, true]);
});
