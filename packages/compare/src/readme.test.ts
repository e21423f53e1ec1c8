import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("the README's example runs on the built package", () => {
  const packageFolder = fileURLToPath(new URL("..", import.meta.url));
  const example = /```js\n(.*?)```/s.exec(readFileSync(`${packageFolder}/README.md`, "utf8"))![1]!;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", example], {
    cwd: packageFolder,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^greedy \[ 1000 \]\ntop-p \[ 1\d\d\d(\.\d+)? \]\n$/);
});
