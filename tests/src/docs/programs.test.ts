import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { loadModel } from "@decodekit/core/onnx";
import { afterAll, describe, expect, test } from "vitest";
import type { LlamaServerForTest } from "../../../packages/remote/src/engines/llama-server/llama-server-for-tests.ts";
import { CACHE } from "../support/cache.ts";
import { startFakeHub } from "../support/fake-hub.ts";
import type { FakeHub } from "../support/fake-hub-plan.ts";
import { serveAsLlamaServer } from "../support/serve-as-llama-server.ts";
import { type CodeBlock, codeBlocks, nameOf } from "./code-blocks.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
// Within the tests, so that the packages are found.
mkdirSync(path.join(root, "tests/.docs"), { recursive: true });
const folder = mkdtempSync(path.join(root, "tests/.docs/programs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CHAT_MODEL = "HuggingFaceTB/SmolLM2-135M-Instruct";
const chatModel = path.join(CACHE, "smollm2");
const hasChatModel = existsSync(path.join(chatModel, "onnx/model_q4.onnx"));

const programs = codeBlocks.filter(({ language }) => language === "js");
const outputs = codeBlocks.filter(({ language }) => language === "text");
/** Files of schedulers are run by scheduler-files.test.ts; JSON is for the commands beside it. */
const LANGUAGES = new Set(["js", "ts", "sh", "text", "json", "yaml", "bash"]);

test("every block is of a language that is run", () => {
  expect(codeBlocks.filter(({ language }) => !LANGUAGES.has(language)).map(nameOf)).toEqual([]);
  expect(programs.length).toBeGreaterThan(20);
});

let hub: Promise<FakeHub> | undefined;
afterAll(async () => (await hub)?.stop());

/** A hub on loopback that has the chat model as the Hub publishes it. */
function chatModelHub(): Promise<FakeHub> {
  const names = [
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "generation_config.json",
    "chat_template.jinja",
    "onnx/model_q4.onnx",
    "onnx/model_q4.onnx_data",
    "onnx/model_fp16.onnx",
  ];
  const files = names.filter((name) => existsSync(path.join(chatModel, name)));
  return (hub ??= startFakeHub({
    repository: CHAT_MODEL,
    files: Object.fromEntries(files.map((name) => [name, { path: path.join(chatModel, name), lfs: name.includes(".onnx") }])),
  }));
}

let engine: Promise<LlamaServerForTest> | undefined;

/** A llama-server on loopback, with the rows of the chat model in this process. */
async function chatModelServer(): Promise<LlamaServerForTest> {
  const model = await loadModel(chatModel, { modelFile: "onnx/model_q4.onnx" });
  afterAll(() => model.dispose());
  return serveAsLlamaServer(model, afterAll);
}

interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

function run(file: string, environment: NodeJS.ProcessEnv): Promise<Run> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [file], { cwd: folder, env: { ...process.env, ...environment } });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (text) => (stdout += text));
    child.stderr.on("data", (text) => (stderr += text));
    child.on("close", (status) => resolve({ stdout, stderr, status }));
  });
}

/** The output that a page shows below a program. */
function shownOutput(program: CodeBlock): string | undefined {
  const next = codeBlocks[codeBlocks.indexOf(program) + 1];
  return next?.language === "text" && next.page === program.page ? next.code.trim() : undefined;
}

describe.concurrent("the program of", () => {
  for (const program of programs) {
    const needsChatModel = program.marks.includes("chat-model");
    const isSkipped = needsChatModel && !hasChatModel;
    test.skipIf(isSkipped)(`${nameOf(program)} runs${needsChatModel ? " (needs the chat model)" : ""}`, { timeout: 180_000 }, async () => {
      const file = path.join(folder, `${path.basename(program.page, ".mdx")}-${program.line}.mjs`);
      const server = program.marks.includes("llama-server") ? await (engine ??= chatModelServer()) : undefined;
      writeFileSync(file, server ? program.code.replace("http://127.0.0.1:8080", server.url) : program.code);
      const environment = needsChatModel ? { HF_ENDPOINT: (await chatModelHub()).endpoint, HF_HUB_CACHE: path.join(folder, "hub") } : {};
      const { stdout, stderr, status } = await run(file, environment);
      // A chat model's progress and warnings are written there.
      expect(status, stderr).toBe(0);
      if (!needsChatModel) expect(stderr).toBe("");
      expect(stdout.trim()).not.toBe("");
      const shown = shownOutput(program);
      if (shown !== undefined) expect(stdout.trim()).toBe(shown);
    });
  }
});

test("every output on a page follows the program that prints it", () => {
  const without = outputs.filter((output) => codeBlocks[codeBlocks.indexOf(output) - 1]?.language !== "js");
  expect(without.map(nameOf)).toEqual([]);
});
