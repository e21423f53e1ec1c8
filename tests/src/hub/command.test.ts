import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadModel } from "@decodekit/core/onnx";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { decodekit } from "../../../packages/compare/src/cli/run-for-tests.ts";
import type { FakeHub, FakeHubPlan } from "../support/fake-hub-plan.ts";
import { startFakeHub } from "../support/fake-hub.ts";

const TEXTS = ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"];
/** The smallest embedded model as a chat model whose only graph has the name of four bits. */
const PLAN: FakeHubPlan = {
  repository: "org/chat",
  files: {
    ...Object.fromEntries(TEXTS.map((name) => [name, { model: `stories-draft/${name}` }])),
    "onnx/model_q4.onnx": { model: "stories-draft/onnx/model.onnx", lfs: true },
    "chat_template.jinja": { text: "{% for message in messages %}{{ message.content }} {% endfor %}" },
  },
};
const ABSENT = "no data type was asked for and onnx/model.onnx, model.onnx, onnx/model_fp16.onnx and model_fp16.onnx are not there";

let fake: FakeHub;
const cache = mkdtempSync(path.join(tmpdir(), "decodekit-hub-"));
beforeAll(async () => void (fake = await startFakeHub(PLAN)));
beforeEach(() => {
  for (const name of ["HF_TOKEN", "HF_HOME", "XDG_CACHE_HOME"]) vi.stubEnv(name, undefined);
  vi.stubEnv("HF_ENDPOINT", fake.endpoint);
  vi.stubEnv("HF_HUB_CACHE", cache);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});
afterAll(async () => {
  await fake.stop();
  rmSync(cache, { recursive: true, force: true });
});

const run = (args: readonly string[], input: readonly string[] = []) =>
  decodekit([...args, "--execution", "wasm", "--max-new-tokens", "8"], { load: loadModel, input });
const compare = (...args: readonly string[]) => run(["compare", "--decoder", "greedy", "--prompt", "Once upon a time", ...args]);

describe("the command with a repository of a hub", () => {
  test("chat says which file was opened and why, and answers", async () => {
    const { exitCode, stdout, stderr } = await run(["chat", "--model", "org/chat"], ["Once upon a time", "/exit"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ ?\w.+\n$/);
    expect(stderr).toContain(`org/chat: onnx/model_q4.onnx, because ${ABSENT}\n`);
  });

  test("compare says the same, and the second run needs no hub", async () => {
    const first = await compare("--model", "org/chat");
    expect(first.exitCode).toBe(0);
    expect(first.stdout).toMatch(/^org\/chat: .+ parameters, vocabulary 4096, 1\.3 MB/);
    expect(first.stdout.split("\n")[1]).toBe(`onnx/model_q4.onnx, because ${ABSENT}`);
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    vi.stubEnv("HF_ENDPOINT", "http://127.0.0.1:9");
    const second = await compare("--model", "org/chat");
    const textIn = ({ stdout }: typeof first): string => stdout.slice(stdout.indexOf("Prompt:"));
    expect([second.exitCode, textIn(second)]).toEqual([0, textIn(first)]);
    expect(warn.mock.calls.flat().join("\n")).toContain("the cached model is used");
  });

  test("--dtype, --model-file and a revision choose the file, and a page's URL the repository", async () => {
    const page = `${fake.endpoint}/org/chat/tree/main`;
    const asked = await compare("--model", page, "--dtype", "q4", "--json", "-");
    expect(JSON.parse(asked.stdout)).toMatchObject({
      model: { name: "org/chat", file: { path: "onnx/model_q4.onnx", dtype: "q4", reason: "the data type q4 was asked for" } },
    });
    const named = await compare("--model", `org/chat@${fake.commit}`, "--model-file", "onnx/model_q4.onnx");
    expect(named.stdout).toContain("onnx/model_q4.onnx, because it was asked for as modelFile");
  });

  test.each([
    ["a repository that is not there", ["--model", "org/other"], /error: .+\/org\/other\/resolve\/main\/.+Check the name/],
    ["a revision that is not there", ["--model", "org/chat@v9"], /error: .+\/org\/chat\/resolve\/v9\/.+must be a branch, tag or commit/],
    ["a data type that is not there", ["--model", "org/chat", "--dtype", "fp16"], /error: .+onnx\/model_fp16\.onnx.+Choose another dtype/],
  ])("%s fails with what to do", async (_, args, message) => {
    const { exitCode, stdout, stderr } = await compare(...args);
    expect([exitCode, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(message);
    const [, ...lines] = stderr.trimEnd().split("\n");
    expect(lines, "one line beside the progress").toHaveLength(1);
  });
});
