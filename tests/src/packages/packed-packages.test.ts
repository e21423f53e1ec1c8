import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import golden from "../../../packages/tiny-models/golden/transformers.json" with { type: "json" };
import { findChromium } from "../../../scripts/chromium.mjs";
import { gzippedBytes } from "../support/gzipped-bytes.ts";
import { serveFolder } from "../support/serve-folder.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const PACKAGES = readdirSync(join(root, "packages"));
const MAX_GZIPPED_BYTES = 8000;

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** Folder of an empty project outside the workspace, with the packed packages installed. */
let project: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "decodekit-packed-"));
  for (const name of PACKAGES) {
    execFileSync(join(root, "node_modules/.bin/pnpm"), ["pack", "--pack-destination", project], { cwd: join(root, "packages", name) });
  }
  const tarballs = readdirSync(project).map((file) => `./${file}`);
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "empty-project", private: true, type: "module" }));
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...tarballs], { cwd: project });
  writeFileSync(join(project, "example.js"), readmeExample());
}, 240_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

/** Returns the first JavaScript block of the README. */
function readmeExample(): string {
  const example = /```js\n(.*?)```/s.exec(readFileSync(join(root, "README.md"), "utf8"))?.[1];
  if (!example) throw new Error("README.md has no JavaScript example");
  return example;
}

/** The example's output starts with this text. */
const story = `${golden.prompts.find(({ prompt }) => prompt === "Once upon a time, there was a little girl named Lily.")?.greedyText.slice(0, 100)}`;

test("every export of the packed packages can be imported", () => {
  const imports = PACKAGES.flatMap((folder) => {
    const { name, exports } = JSON.parse(readFileSync(join(root, "packages", folder, "package.json"), "utf8")) as Manifest;
    return Object.keys(exports).map((entry) => `${name}${entry.slice(1)}`);
  });
  const lines = imports.map((name) => `await import("${name}"${name.endsWith(".json") ? ', { with: { type: "json" } }' : ""});`);
  writeFileSync(join(project, "imports.js"), lines.join("\n"));
  execFileSync(process.execPath, ["imports.js"], { cwd: project, encoding: "utf8", stdio: "pipe" });
  expect(imports.length).toBeGreaterThan(2 * PACKAGES.length);
});

test("the packed command compares decoders", () => {
  const args = ["compare", "--prompt", "Once upon a time", "--max-new-tokens", "8", "--decoder", "greedy", "--decoder", "llada"];
  const output = execFileSync(join(project, "node_modules/.bin/decodekit"), args, { cwd: project, encoding: "utf8" });
  expect(output).toContain("greedy");
  expect(output).toContain("llada");
});

test("the README's example runs in Node from the packed packages", () => {
  const output = execFileSync(process.execPath, ["example.js"], { cwd: project, encoding: "utf8" });
  expect(output).toContain(story);
});

test("the README's example runs in a production build in Chromium, under a strict policy, with no request elsewhere", async () => {
  writeFileSync(
    join(project, "index.html"),
    '<!doctype html><title>example</title><link rel="icon" href="data:," /><script type="module" src="./example.js"></script>',
  );
  await build({ root: project, logLevel: "error", configFile: false, build: { target: "es2022", chunkSizeWarningLimit: Infinity } });
  const server = await serveFolder(join(project, "dist"), {
    "content-security-policy":
      "default-src 'self'; img-src 'self' data:; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; base-uri 'none'; object-src 'none'",
  });
  const executablePath = await findChromium();
  const browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    const requests: string[] = [];
    let output = "";
    const problems: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => (message.type() === "error" ? problems.push(message.text()) : (output += message.text())));
    await page.goto(server.url);
    await expect.poll(() => (problems.length > 0 ? problems.join("\n") : output), { timeout: 60_000 }).toContain(story);
    expect(problems).toEqual([]);
    expect(requests.filter((url) => !url.startsWith(server.url) && !url.startsWith("data:") && !url.startsWith("blob:"))).toEqual([]);
  } finally {
    await browser.close();
    await server.close();
  }
}, 120_000);

test("a build that imports one embedded model ships the files of that model only", async () => {
  writeFileSync(join(project, "one-model.js"), 'import { puzzles } from "@decodekit/tiny-models/puzzles";\nconsole.log(puzzles);\n');
  const built = await build({
    root: project,
    logLevel: "error",
    configFile: false,
    build: { write: false, target: "es2022", assetsInlineLimit: 0, rolldownOptions: { input: join(project, "one-model.js") } },
  });
  const { output } = built as unknown as { output: readonly { readonly fileName: string }[] };
  const graphs = output.map(({ fileName }) => fileName).filter((name) => name.endsWith(".onnx"));
  expect(graphs).toHaveLength(2);
});

test("core and greedy together are small", async () => {
  const bytes = await gzippedBytes(project, 'export * from "@decodekit/core";\nexport * from "@decodekit/greedy";\n');
  console.log(`@decodekit/core (".") and @decodekit/greedy: ${bytes} bytes gzipped`);
  expect(bytes).toBeLessThan(MAX_GZIPPED_BYTES);
});

test.each([
  ["core", []],
  ["greedy", [/^@decodekit\/core/u]],
  ["top-p", [/^@decodekit\/core/u]],
  ["samplers", [/^@decodekit\/core/u]],
  ["search", [/^@decodekit\/core/u]],
  ["constraints", [/^@decodekit\/core/u]],
  ["speculative", [/^@decodekit\/core/u]],
  ["refinement", [/^@decodekit\/core/u]],
  ["hub", [/^@decodekit\/core/u]],
  ["remote", [/^@decodekit\/core/u]],
  ["react", [/^@decodekit\/core/u, /^react$/u]],
  ["chat", [/^@decodekit\/(core|constraints|samplers)/u]],
  ["ai-sdk", [/^@decodekit\/(core|chat)/u, /^@ai-sdk\//u]],
])("the size of %s in the README is true", async (name, external) => {
  const bytes = await gzippedBytes(project, `export * from "@decodekit/${name}";\n`, external);
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const stated = new RegExp(String.raw`^\| \[.@decodekit/${name}.\]\(packages/${name}\) \| ([\d.]+) kB \|`, "mu").exec(readme)?.[1];
  expect(Math.abs(Number(stated) - bytes / 1000), `${bytes} bytes`).toBeLessThan(0.25);
});
