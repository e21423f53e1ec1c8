import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { InvalidOptionError } from "@decodekit/core";
import type { ModelSource, ModelStore } from "@decodekit/core/onnx";
import { stories, storiesDraft } from "@decodekit/tiny-models";
import { describe, expect, test } from "vitest";
import type { CompareReport } from "../report.ts";
import type { LoadModel } from "../load-models.ts";
import { alphabet, decodekit, folder } from "./run-for-tests.ts";

/** A decoder that needs no model pass: it repeats the last token of the prompt. */
const echoPlugin = `export default {
  name: "echo", title: "Echo", description: "Repeats the last token", requires: ["causal"], presets: [{}],
  options: { times: { type: "integer", help: "How often", default: 3, minimum: 1 } },
  create: ({ times = 3 }) => ({
    name: "echo", requires: ["causal"],
    async *decode(models, prompt, { maxNewTokens }) {
      yield { type: "decode-start", promptLength: prompt.length };
      const tokens = new Int32Array(Math.min(times, maxNewTokens)).fill(prompt.at(-1));
      yield { type: "tokens-commit", start: prompt.length, tokens };
      yield { type: "decode-end", finishReason: "length" };
    },
  }),
};`;
writeFileSync(path.join(folder, "echo.mjs"), echoPlugin);
writeFileSync(path.join(folder, "broken.mjs"), echoPlugin.replace("yield {", "throw new TypeError('plugin error'); yield {"));
writeFileSync(path.join(folder, "no-plugin.mjs"), "export default { name: 'nothing' };");
writeFileSync(path.join(folder, "empty.txt"), "\n");

describe("decodekit compare", () => {
  test("prints a table and the texts, without colours if there is no terminal", async () => {
    const { exitCode, stdout, stderr } = await decodekit(["compare", "--max-new-tokens", "8", "--prompt", "abc"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^alphabet: 12 k parameters, vocabulary 27, 2\.0 kB, memory, node /);
    expect(stdout).toMatch(/^greedy +8 +8 +1000 /m);
    expect(stdout.match(/^top-p p=[\d.]+, temperature=[\d.]+$/gm)).toHaveLength(2);
    expect(stdout.match(/^ {2}abcdefghijk$/gm)!.length).toBeGreaterThan(4);
    expect(stdout + stderr).not.toContain("\u001b");
    expect(stdout.match(/^speculative drafter=[\w-]+, draftLength=auto, temperature=0$/gm)).toHaveLength(2);
    expect(stderr).toMatch(/^Loading the embedded story model\nWarming up greedy\n/);
    expect(stderr).toMatch(/Run 14 of 14: confidence-cascade threshold=0.5, .*\n$/);
  });

  test("loads the embedded models by default, the draft model only if a decoder needs it", async () => {
    const loads: unknown[] = [];
    const load: LoadModel = async (source, options) => {
      const { signal: _, onProgress, ...rest } = options!;
      onProgress?.({ file: "model.onnx", loadedBytes: 10, totalBytes: 2000, fromCache: false });
      onProgress?.({ file: "model.onnx", loadedBytes: 2000, totalBytes: 2000, fromCache: false });
      loads.push([source, rest]);
      return alphabet();
    };
    const once = ["compare", "--max-new-tokens", "1", "--prompt", "a"];
    const { stderr } = await decodekit([...once, "--decoder", "greedy"], { load });
    expect(stderr).toMatch(/^Loading the embedded story model\nLoading the embedded story model: 2\.0 kB\nWarming up greedy\n/);
    await decodekit([...once, "--decoder", "speculative:drafter=draft-model", "--execution", "wasm"], { load });
    await decodekit([...once, "--model", "http://host/m", "--draft", ".", "--decoder", "greedy"], { load });
    expect(loads).toEqual([
      [stories, { execution: "auto" }],
      [stories, { execution: "wasm" }],
      [storiesDraft, { execution: "wasm" }],
      ["http://host/m", { execution: "auto" }],
      [folder, { execution: "auto" }],
    ]);
  });

  test("loads hidden states only if a decoder needs them", async () => {
    const loads: unknown[] = [];
    const load: LoadModel = async (_source, { hiddenStates } = {}) => {
      loads.push(hiddenStates);
      return alphabet();
    };
    const once = ["compare", "--max-new-tokens", "1", "--prompt", "a", "--decoder"];
    await decodekit([...once, "greedy"], { load });
    const { exitCode, stderr } = await decodekit([...once, "contrastive"], { load });
    expect(loads).toEqual([undefined, true]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("able to return hidden states");
  });

  test("takes a repository of the Hub, a revision, a data type and a graph's path", async () => {
    const loads: [source: ModelSource, options: unknown][] = [];
    const load: LoadModel = async (source, { execution, dtype, modelFile } = {}) => {
      loads.push([source, { execution, dtype, modelFile }]);
      return alphabet();
    };
    const once = ["compare", "--max-new-tokens", "1", "--prompt", "a", "--decoder", "greedy"];
    await decodekit([...once, "--model", "org/name@main", "--dtype", "q4"], { load });
    await decodekit([...once, "--model", ".", "--model-file", "model_q8.onnx", "--execution", "wasm"], { load });
    expect(loads[0]![0]).toMatchObject({ name: "org/name" });
    expect((loads[0]![0] as ModelStore).describe("config.json")).toContain("/org/name/resolve/main/config.json");
    expect(loads.map(([, options]) => options)).toEqual([
      { execution: "auto", dtype: "q4" },
      { execution: "wasm", modelFile: "model_q8.onnx" },
    ]);
    const { exitCode, stderr } = await decodekit([...once, "--dtype", "q3"], { load });
    expect([exitCode, loads.length]).toEqual([2, 2]);
    expect(stderr).toContain("--dtype");
  });

  test("runs what the model can run, and says why it leaves out the rest", async () => {
    const load: LoadModel = async () => {
      const { masked: _, causal, ...rest } = alphabet();
      return { ...rest, causal: { ...causal, capabilities: { rewind: true, fork: true, tree: false } } };
    };
    const { exitCode, stdout, stderr } = await decodekit(["compare", "--max-new-tokens", "2", "--prompt", "a"], { load });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^greedy +2 +2 /m);
    expect(stdout).not.toContain("judged-tree");
    expect(stderr).toMatch(/^Left out, because alphabet does not predict masked tokens: .*denoise-draft/m);
    expect(stderr).toMatch(/^Left out, because alphabet cannot read trees: judged-tree natsPerToken=/m);
  });

  test("disposes every loaded model, also when loading or a decoder fails", async () => {
    let open = 0;
    const load: LoadModel = async (source) => {
      if (source === storiesDraft && failing)
        throw new InvalidOptionError({ where: "loadModel", option: "draft", expected: "there", actual: 0 });
      open++;
      return { ...alphabet(), dispose: async () => void open-- };
    };
    const run = ["compare", "--max-new-tokens", "1", "--prompt", "a", "--decoder", "speculative:drafter=draft-model"];
    let failing = false;
    expect(await decodekit(run, { load })).toMatchObject({ exitCode: 0 });
    failing = true;
    expect(await decodekit(run, { load })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/\nerror: loadModel: draft must be there, got 0\..*\n$/) as string,
    });
    expect(await decodekit(["compare", "--prompt", "a", "--plugin", "broken.mjs", "--decoder", "echo"], { load })).toMatchObject({
      exitCode: 1,
    });
    expect(open).toBe(0);
  });

  test("writes the report, runs a plugin, and prints only the report for -", async () => {
    const args = [
      "compare",
      "--max-new-tokens",
      "5",
      "--seed",
      "3",
      "--runs",
      "2",
      "--prompt",
      "cd",
      "--plugin",
      "./echo.mjs",
      "--decoder",
      "greedy",
      "--decoder",
      "echo:times=2",
    ];
    expect(await decodekit([...args, "--json", "report.json"])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("echo times=2") as string,
    });
    const report = JSON.parse(readFileSync(path.join(folder, "report.json"), "utf8")) as CompareReport;
    expect(report.runs.map(({ decoder, options, seed, tokens }) => [decoder, options, seed, tokens.length])).toEqual([
      ["greedy", {}, 3, 5],
      ["echo", { times: 2 }, 3, 2],
      ["echo", { times: 2 }, 4, 2],
      ["greedy", {}, 4, 5],
    ]);
    expect(report.runs[1]).toMatchObject({ passesPer1000Tokens: 0, text: "dd" });
    const { stdout } = await decodekit([...args, "--json", "-"]);
    const printed = JSON.parse(stdout) as CompareReport;
    expect(printed.runs.map((run) => run.tokens)).toEqual(report.runs.map((run) => run.tokens));
  });

  test("ends cleanly on Ctrl-C, with the results so far", async () => {
    let interrupted = false;
    const outcome = await decodekit(["compare", "--runs", "10000", "--prompt", "a", "--decoder", "greedy"], {
      onStderr(stderr, interrupt) {
        if (interrupted || !stderr.includes("Run 3 of")) return;
        interrupted = true;
        interrupt();
      },
    });
    expect(outcome.exitCode).toBe(130);
    expect(outcome.stderr).toMatch(/Interrupted\. The results cover the runs up to the interruption\.\n$/);
    expect(outcome.stdout).toMatch(/^greedy +\d+ /m);
  });

  test("passes on a second Ctrl-C, which ends the process", async () => {
    const { exitCode, signals } = await decodekit(["compare", "--runs", "10000", "--prompt", "a", "--decoder", "greedy"], {
      onStderr(stderr, interrupt) {
        if (!stderr.endsWith("Run 2 of 10000: greedy\n")) return;
        interrupt();
        interrupt();
      },
    });
    expect({ exitCode, signals }).toEqual({ exitCode: 130, signals: ["7 SIGINT"] });
  });

  test("uses colours and the terminal's width if there is a terminal", async () => {
    const { stdout } = await decodekit(["compare", "--decoder", "echo", "--plugin", "echo.mjs", "--prompt", "abc"], { columns: 72 });
    expect(stdout).toContain("\u001b[1malphabet\u001b[22m");
    expect(
      Math.max(
        ...stripVTControlCharacters(stdout)
          .split("\n")
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(72);
  });

  test("exits at once with the current exit code when the reader closes the pipe", async () => {
    const failure = Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
    const { exits, exitCode } = await decodekit(["decoders"], { failure });
    expect({ exits, exitCode }).toEqual({ exits: [0], exitCode: 0 });
  });

  test("prints the stack of an error that is not its own", async () => {
    const { exitCode, stderr } = await decodekit(["compare", "--plugin", "broken.mjs", "--decoder", "echo", "--prompt", "a"]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/error: TypeError: plugin error\n +at .*broken\.mjs/);
  });

  test("fails with code 1 and the reason when the model cannot be loaded", async () => {
    const load: LoadModel = async () => {
      throw new InvalidOptionError({ where: "loadModel", option: "source", expected: "a model", actual: "no" });
    };
    expect(await decodekit(["compare"], { load })).toMatchObject({
      exitCode: 1,
      stdout: "",
      stderr: 'Loading the embedded story model\nerror: loadModel: source must be a model, got "no".\n',
    });
  });

  test.each([
    [
      ["--decoder", "gredy"],
      "--decoder gredy: decoder must be one of greedy, top-p, sample, top-k, min-p, typical, epsilon-cutoff, eta-cutoff, p-less, top-n-sigma, top-h, dynamic-temperature, xtc, mirostat, penalties, beam, contrastive, best-of-n, self-consistency, think-first, speculative, judged-tree, denoise-draft, fast-dllm, eb-sampler, klass, hierarchy, wino, llada, llada-2.1, dream, mdlm, remdm, mask-predict, d3pm, diffusion-gemma, ar-critic, ar-then-refine, confidence-cascade.",
    ],
    [["--decoder", "top-p:q=1"], 'option "q" must be one of p (a number in (0, 1]), temperature (a number >= 0).'],
    [["--decoder", "top-p:p=0"], "--decoder top-p:p=0: p must be a number in (0, 1]."],
    [["--max-new-tokens", "0"], "It must be an integer >= 1."],
    [["--seed", "-1"], "It must be an integer >= 0."],
    [["--runs", "two"], "It must be an integer >= 1."],
    [["--execution", "gpu"], "Allowed choices are auto, wasm, native."],
    [["--prompts", "none.txt"], "cannot read none.txt (ENOENT)."],
    [["--prompts", "empty.txt"], "empty.txt contains no prompt."],
    [
      ["--model", "none"],
      "--model: must be a folder, a URL or a repository of the Hugging Face Hub (org/name), got none, which does not exist.",
    ],
    [["--model", "echo.mjs"], "which is a file."],
    [
      ["--draft", "none"],
      "--draft: must be a folder, a URL or a repository of the Hugging Face Hub (org/name), got none, which does not exist.",
    ],
    [["--json", "none/report.json"], "--json: the folder"],
    [["--plugin", "none"], "--plugin none: no such file or package"],
    [["--plugin", "no-plugin.mjs"], "--plugin no-plugin.mjs: title must be a string, got undefined."],
    [["--plugin", "echo.mjs", "--plugin", "./echo.mjs"], 'a decoder named "echo" already exists.'],
    [["--decoders", "greedy"], "Did you mean --decoder?"],
    [["greedy"], "The plan greedy cannot be read (ENOENT). A decoder is given as --decoder greedy."],
    [["plan.json", "more.json"], "too many arguments"],
    [["--store", "results.jsonl"], "--store is for a plan: decodekit compare PLAN --store …"],
    [["--shard", "1/2"], "--shard is for a plan"],
  ])("rejects %j with code 2 before it loads a model", async (args, message) => {
    const { exitCode, stdout, stderr } = await decodekit(["compare", ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("Loading");
  });
});

describe("decodekit", () => {
  test("lists the decoders, including those of plugins", async () => {
    const { exitCode, stdout } = await decodekit(["decoders", "--plugin", "echo.mjs"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("p  a number in (0, 1]; default");
    expect(stdout).toContain("echo  Echo\n  Repeats the last token\n    times  an integer >= 1; default 3\n      How often\n");
  });

  test("has help and a version, and rejects unknown commands", async () => {
    expect(await decodekit(["--version"])).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string });
    expect(await decodekit(["compare", "--help"])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("Exit code: 0 done") as string,
    });
    expect(await decodekit(["compose"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("unknown command 'compose'") as string,
    });
    expect(await decodekit([])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("Usage: decodekit") as string });
  });
});

describe("decodekit infill", () => {
  const gap = ["infill", "--prefix", "abc", "--suffix", "hij"];

  test("fills the gap, shows it after every step, and reports the passes", async () => {
    const { exitCode, stdout, stderr } = await decodekit([...gap, "--length", "4"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "abcdefghij\n" });
    expect(stderr).toBe("d _ _ _\nde _ _\ndef _\ndefg\n4 tokens in 5 passes\n");
  });

  test("fills the gap in one step, as JSON", async () => {
    const { stdout, stderr } = await decodekit([...gap, "--length", "4", "--steps", "1", "--json"]);
    expect(JSON.parse(stdout)).toEqual({ prefix: "abc", text: "defg", suffix: "hij", tokens: [3, 4, 5, 6], passes: 2 });
    expect(stderr).toBe("");
  });

  test("chooses a length in a range", async () => {
    const { stdout } = await decodekit([...gap, "--length", "2-4", "--json"]);
    const { text, passes } = JSON.parse(stdout) as { readonly text: string; readonly passes: number };
    expect(text.length).toBeGreaterThanOrEqual(2);
    expect(text.length).toBeLessThanOrEqual(4);
    expect(passes).toBe(1 + 3 + text.length);
  });

  test("rejects a model that is not a masked model", async () => {
    const load: LoadModel = async () => {
      const { masked: _, ...rest } = alphabet();
      return rest;
    };
    expect(await decodekit(gap, { load })).toMatchObject({
      exitCode: 2,
      stderr: "error: --model: alphabet is not a masked model, which infilling requires.\n",
    });
  });

  test.each([
    [["--length", "0"], "It must be an integer >= 1"],
    [["--length", "5-3"], "It must be an integer >= 1"],
    [["--suffix", ""], "--suffix: must be a text"],
  ])("rejects %j with code 2", async (args, message) => {
    const { exitCode, stderr } = await decodekit([...gap, ...args]);
    expect({ exitCode, message: stderr.includes(message) }).toEqual({ exitCode: 2, message: true });
  });
});
