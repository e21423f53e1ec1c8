import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { build } from "vite";
import { expect, test } from "vitest";
import { findChromium } from "../../../scripts/chromium.mjs";
import { serveFolder } from "../support/serve-folder.ts";

const examples = fileURLToPath(new URL("../../../examples/", import.meta.url));

function run(file: string, ...args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, [file, ...args], { cwd: examples, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return stdout;
}

test("no example has more than 40 lines", () => {
  const files = readdirSync(examples, { recursive: true, encoding: "utf8" }).filter(
    // Packages of authors and projects of bundlers are longer, and have tests of their own.
    (file) => /\.(?:js|html)$/u.test(file) && !/node_modules|^authors|^bundlers/u.test(file),
  );
  expect(files.length).toBeGreaterThanOrEqual(8);
  for (const file of files) expect(readFileSync(path.join(examples, file), "utf8").split("\n").length - 1, file).toBeLessThanOrEqual(40);
});

test("stream.js prints the prompt, a story and its statistics", () => {
  expect(run("stream.js", "Once upon a time")).toMatch(
    /^Once upon a time, there was [^]{100,}\n\n(?:length|stop): \d+ tokens, \d+ per second\n$/u,
  );
});

test("worker/main.js generates in a worker while its own thread is free", () => {
  const [, tokens, ticks] = /^ [^]{100,}\n\n(\d+) tokens; the timer on this thread ran (\d+) times meanwhile\n$/u.exec(
    run("worker/main.js"),
  )!;
  expect(Number(tokens)).toBe(100);
  expect(Number(ticks)).toBeGreaterThan(0);
});

test("own-sampler.js writes two stories, which differ", () => {
  const [first, second] = run("own-sampler.js")
    .split(/minP [\d.]+: /u)
    .slice(1);
  expect(first).toMatch(/^Lily found a small key\. [^]{100,}/u);
  expect(second).toMatch(/^Lily found a small key\. [^]{100,}/u);
  expect(first).not.toBe(second);
});

test("structured-output.js prints its chain and a value of the schema, in fewer passes than tokens", () => {
  const printed = /^Sampler: (.+)\n\{\n {2}hero: 'a [^]+\n {2}friends: \[[^]*\n\}\n(\d+) tokens in (\d+) passes\n$/u;
  const [, chain, tokens, passes] = printed.exec(run("structured-output.js"))!;
  expect(chain).toBe("top-k(20) → top-p(0.95) → min-p(0.05) → temperature(0.7)");
  expect(Number(passes)).toBeLessThan(Number(tokens));
});

test("prefix-cache.js reads a beginning once, and a text in turns where it goes on", () => {
  const reused = [...run("prefix-cache.js").matchAll(/^(\d+) of (\d+) prompt tokens reused$/gmu)].map(([, ...counts]) =>
    counts.map(Number),
  );
  expect(reused).toHaveLength(6);
  expect(reused[0]![0]).toBe(0);
  for (const turn of [1, 2, 4, 5]) expect(reused[turn]![0]! / reused[turn]![1]!).toBeGreaterThan(0.8);
});

test("own-decoder.js takes one pass per token", () => {
  expect(run("own-decoder.js")).toMatch(/^The little dog wanted to [^]{100,}\n\n60 passes of the model, 60 tokens\n$/u);
});

test("http-server.js streams text, refuses a request without a prompt, and goes on after a client has left", async () => {
  const server: ChildProcess = spawn(process.execPath, ["http-server.js", "0"], { cwd: examples });
  try {
    const [line] = (await once(server.stdout!, "data")) as [Buffer];
    const url = line.toString().trim();
    const left = await fetch(url);
    await left.body!.cancel();
    expect(await (await fetch(url)).text()).toMatch(/^, there was [^]{100,}\n$/u);
    expect((await fetch(new URL("/", url))).status).toBe(400);
    const long = await fetch(new URL(`/?prompt=${"dog ".repeat(600)}`, url));
    expect([long.status, await long.text()]).toEqual([400, expect.stringContaining("tokens")]);
  } finally {
    server.kill("SIGTERM");
    await once(server, "exit");
  }
});

test("page/ builds with Vite and generates text in Chromium", async () => {
  const outDir = mkdtempSync(path.join(tmpdir(), "decodekit-page-"));
  await build({ root: path.join(examples, "page"), logLevel: "error", build: { outDir, emptyOutDir: true } });
  const served = await serveFolder(outDir);
  const executablePath = await findChromium();
  const browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(served.url);
    await page.getByText("Ready on").waitFor();
    await page.getByRole("button", { name: "Generate" }).click();
    await page.waitForFunction(() => document.querySelector("output")!.textContent.length > 200);
    expect(await page.locator("output").textContent()).toMatch(/^Once upon a time/u);
    expect(errors).toEqual([]);
  } finally {
    await browser.close();
    await served.close();
    rmSync(outDir, { recursive: true });
  }
});
