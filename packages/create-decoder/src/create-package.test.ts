import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { KINDS, type Kind } from "./kinds.ts";
import { namesOf, problemOf } from "./names.ts";
import { run } from "./run.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), "decodekit-create-"))));
afterEach(() => rmSync(folder, { recursive: true }));

async function create(...args: string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const output = { stdout: "", stderr: "" };
  const into = (name: keyof typeof output) => ({ write: (text: string) => (output[name] += text) });
  const code = await run(args, { cwd: () => folder, stdin: {}, stdout: into("stdout"), stderr: into("stderr") });
  return { code, ...output };
}
const read = (file: string): string => readFileSync(path.join(folder, file), "utf8");
const filesIn = (name: string): readonly string[] =>
  readdirSync(path.join(folder, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(path.join(folder, name), path.join(entry.parentPath, entry.name)));

describe.each(Object.keys(KINDS) as Kind[])("a package of the kind %s", (kind) => {
  test("has its own names, and nothing of the template's", async () => {
    const { code, stdout } = await create("@me/two-words", "--kind", kind);
    expect(code).toBe(0);
    expect(stdout).toContain("cd two-words");
    const files = filesIn("two-words");
    expect(files).toEqual(
      expect.arrayContaining([
        ".gitignore",
        ".github/workflows/ci.yml",
        "LICENSE",
        "README.md",
        "src/two-words.ts",
        "src/two-words.test.ts",
      ]),
    );
    for (const file of files) {
      expect(file).not.toMatch(/my-?strategy/iu);
      expect(read(path.join("two-words", file)), file).not.toMatch(/my-?strategy|my strategy|@me\/my/iu);
    }
    expect(read("two-words/src/two-words.ts")).toContain("export function twoWords(");
    expect(read("two-words/README.md")).toMatch(/^# @me\/two-words\n/u);
  });

  test("depends on packages of the same version as this one: as peers where a second copy would be a fault", async () => {
    await create("two-words", "--kind", kind);
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
    const manifest = JSON.parse(read("two-words/package.json")) as Record<string, Record<string, string>>;
    expect(manifest).toMatchObject({ name: "two-words", type: "module", license: "MIT" });
    expect(manifest["dependencies"]).toBeUndefined();
    expect(manifest["peerDependencies"]!["@decodekit/core"]).toBe(`^${version}`);
    for (const [name, range] of Object.entries({ ...manifest["peerDependencies"], ...manifest["devDependencies"] }))
      if (name.startsWith("@decodekit/")) expect([name, range]).toEqual([name, `^${version}`]);
    const imported = filesIn("two-words")
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && file.startsWith("src"))
      .flatMap((file) => [...read(path.join("two-words", file)).matchAll(/from "(@decodekit\/[a-z-]+)/gu)].map(([, name]) => name!));
    expect(new Set(imported)).toEqual(new Set(Object.keys(manifest["peerDependencies"]!)));
  });
});

test("with --yes it asks nothing, and makes a decoder", async () => {
  expect((await create("mine", "--yes")).code).toBe(0);
  expect(JSON.parse(read("mine/package.json"))).toMatchObject({ description: "A decoder for decodekit" });
});

test("writes nothing into a folder that has files", async () => {
  writeFileSync(path.join(folder, "precious.txt"), "kept");
  const { code, stderr } = await create("mine", "--yes", "--folder", ".");
  expect([code, stderr]).toEqual([1, expect.stringContaining("is not empty: it has precious.txt. Name another folder.")]);
  expect(readdirSync(folder)).toEqual(["precious.txt"]);
});

test.each([
  [["My Decoder", "--yes"], "Use lower-case letters, digits and hyphens"],
  [["../up", "--yes"], "Use lower-case letters"],
  [["new", "--yes"], "That word means something else in JavaScript."],
  [["mine", "--kind", "sampler"], "--kind must be one of decoder, drafter, selection, revision, processor, model, got sampler."],
  [["mine", "--kin", "model"], "Unknown option '--kin'"],
  [["mine", "other", "--yes"], "One name was expected, got mine, other."],
  [["--yes"], "With --yes, the name must be given."],
  [["mine"], "Without a terminal to ask in, give a name and --kind, or --yes."],
])("%j is a usage error", async (args, message) => {
  const { code, stderr } = await create(...args);
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  expect(stderr).toContain("npm create @decodekit/decoder [NAME]");
  expect(readdirSync(folder)).toEqual([]);
});

test("--help says how to use it", async () => {
  expect(await create("--help")).toMatchObject({ code: 0, stdout: expect.stringContaining("--kind    decoder, drafter, selection") });
});

test.each([
  ["my-decoder", { kebab: "my-decoder", camel: "myDecoder", title: "My decoder" }],
  ["@a/b2-c", { kebab: "b2-c", camel: "b2C", title: "B2 c" }],
])("the forms of %s", (name, expected) => {
  expect(problemOf(name)).toBeUndefined();
  expect(namesOf(name)).toEqual({ package: name, ...expected });
});
