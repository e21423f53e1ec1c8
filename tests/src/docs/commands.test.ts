import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { codeBlocks, nameOf } from "./code-blocks.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
mkdirSync(path.join(root, "tests/.docs"), { recursive: true });
const folder = mkdtempSync(path.join(root, "tests/.docs/commands-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Files that commands of the pages read.
for (const { language, title, code } of codeBlocks) if (language === "json") writeFileSync(path.join(folder, title!), code);

const commands = codeBlocks
  .filter(({ language }) => language === "sh")
  .flatMap((block) =>
    block.code
      .replaceAll("\\\n", " ")
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => ({ line: line.trim(), block })),
  );

const published = new Set(
  readdirSync(path.join(root, "packages")).map(
    (name) => (JSON.parse(readFileSync(path.join(root, "packages", name, "package.json"), "utf8")) as { name: string }).name,
  ),
);
/** Packages of others that the pages tell to install. */
const OTHERS = new Set(["onnxruntime-node", "bullmq", "pg", "vitest", "ai", "react", "react-dom", "@huggingface/transformers", "openai"]);

/** Commands that a test elsewhere runs: the first program from a packed package, the template of packages, and servers of others. */
const ELSEWHERE = [
  /^mkdir my-program && cd my-program$/u,
  /^npm init -y$/u,
  /^node story\.mjs$/u,
  /^npm create @decodekit\/decoder my-[a-z-]+( -- --kind [a-z]+ --yes)?$/u,
  /^llama-server -m \S+\.gguf --parallel \d+ -c \d+$/u,
];

test("every command is run, or installs packages that are there", () => {
  for (const { line, block } of commands) {
    if (ELSEWHERE.some((pattern) => pattern.test(line)) || line.startsWith("npx decodekit ")) continue;
    const installed = /^npm install (?:--save-dev )?(.+)$/u.exec(line);
    expect(installed, `${nameOf(block)}: ${line}`).not.toBeNull();
    for (const name of installed![1]!.split(" ")) expect(published.has(name) || OTHERS.has(name), `${nameOf(block)}: ${name}`).toBe(true);
  }
  expect(commands.length).toBeGreaterThan(20);
});

test.each(commands.filter(({ line }) => line.startsWith("npx decodekit ")).map(({ line, block }) => [line, nameOf(block)] as const))(
  "%s runs (%s)",
  (line) => {
    const bin = path.join(root, "packages/compare/dist/cli.js");
    // A server runs until it is ended.
    const command = line.replace(/^npx decodekit /u, `"${process.execPath}" "${bin}" `);
    const { status, stdout, stderr } = spawnSync(command, { cwd: folder, shell: true, encoding: "utf8", timeout: 120_000 });
    expect(status, stderr).toBe(0);
    expect(stdout.trim()).not.toBe("");
  },
);
