import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { KINDS } from "../real-model/kinds.ts";
import { arePresent, folderOf } from "../real-model/present-kinds.ts";

const root = new URL("../../../", import.meta.url);
const strategies = ["greedy", "top-p", "samplers", "search", "constraints", "speculative", "refinement"];

test.each(["README.md", ...strategies.map((name) => `packages/${name}/README.md`)])(
  "the example of %s runs on the built packages and the story model",
  (readme) => {
    const example = /```js\n(.*?)```/s.exec(readFileSync(new URL(readme, root), "utf8"))![1]!;
    const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "--eval", example], {
      cwd: fileURLToPath(new URL("tests", root)),
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout.trim().split(/\s+/).length, stdout).toBeGreaterThan(20);
  },
);

test.runIf(arePresent).each(["chat", "ai-sdk"])(
  "the example of packages/%s/README.md runs on the built packages and the chat model",
  (name) => {
    const readme = readFileSync(new URL(`packages/${name}/README.md`, root), "utf8");
    // The model of the example, where it was made in place of downloaded.
    const folder = JSON.stringify(folderOf(KINDS[0]!));
    const example = /```js\n(.*?)```/s.exec(readme)![1]!.replace('hub("HuggingFaceTB/SmolLM2-135M-Instruct")', folder);
    const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "--eval", example], {
      cwd: fileURLToPath(new URL("tests", root)),
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout).toContain("Paris");
  },
  120_000,
);

test("the example of packages/compare/README.md runs on the built package", () => {
  const example = /```js\n(.*?)```/s.exec(readFileSync(new URL("packages/compare/README.md", root), "utf8"))![1]!;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", example], {
    cwd: fileURLToPath(new URL("packages/compare", root)),
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^greedy \[ 1000 \]\ntop-p \[ 1\d\d\d(\.\d+)? \]\n$/);
});
