import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { InvalidOptionError, type Tokenizer } from "@decodekit/core";
import { memoryMaskedModel, memoryModel, type TestModel } from "@decodekit/core/testing";
import { stories, storiesDraft } from "@decodekit/tiny-models";
import { afterAll, describe, expect, test } from "vitest";
import type { ComparedModel } from "../compare.ts";
import type { CompareReport } from "../report.ts";
import type { LoadModel } from "./load-models.ts";
import { runCommandLine } from "./program.ts";
import type { CommandProcess } from "./terminal.ts";

// On a model of which everything is known; tests/src/decodekit-command.test.ts runs the built command on the story model.
const folder = mkdtempSync(path.join(tmpdir(), "decodekit-command-"));
afterAll(() => rmSync(folder, { recursive: true }));

const LETTERS = 26;

/** One token per letter of the alphabet, "." being the mask. It counts on: after a comes b; a gap is filled with the letters in order too. */
function alphabet(): ComparedModel & { readonly causal: TestModel; dispose(): Promise<void> } {
  const size = { vocabSize: LETTERS + 1, contextLength: 64 };
  const certain = (next: number): Float32Array =>
    Float32Array.from({ length: size.vocabSize }, (_, token) => (token === next % LETTERS ? 0 : -Infinity));
  const causal = memoryModel({ ...size, logitsAfter: (prefix) => certain(prefix.at(-1)! + 1), tree: true });
  const masked = memoryMaskedModel({
    ...size,
    maskTokenId: LETTERS,
    logitsAt: (prefix, canvas, index) => certain(index === 0 ? prefix.at(-1)! + 1 : known(canvas, index, prefix)),
  });
  const tokenizer: Tokenizer = {
    vocabSize: size.vocabSize,
    encode: (text) => Int32Array.from(text, (letter) => letter.charCodeAt(0) - 97),
    decode: (tokens) => String.fromCharCode(...Array.from(tokens, (token) => token + 97)),
  };
  return {
    name: "alphabet",
    tokenizer,
    causal,
    masked,
    stopTokens: [],
    parameters: 12_345,
    bytes: 2048,
    execution: "memory",
    dispose: async () => undefined,
  };
}

/** What comes at `index` of `canvas`, going by the last known letter before it. */
function known(canvas: Int32Array, index: number, prefix: Int32Array): number {
  for (let place = index - 1; place >= 0; place--) if (canvas[place] !== LETTERS) return canvas[place]! + index - place;
  return prefix.at(-1)! + 1 + index;
}

interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Codes with which the process was to exit at once. */
  readonly exits: readonly number[];
  /** Signals that were sent on. */
  readonly signals: readonly string[];
}

interface Watch {
  /** Sees all of standard error so far, whenever there is more; `interrupt` is Ctrl-C. */
  readonly onStderr?: (stderr: string, interrupt: () => void) => void;
  /** Makes standard output a terminal of this width. */
  readonly columns?: number;
  /** What writing to standard output fails with. */
  readonly failure?: Error;
  /** @defaultValue gives the alphabet */
  readonly load?: LoadModel;
}

/** Runs the command in this process, as seen from `folder`. */
async function decodekit(
  args: readonly string[],
  { onStderr, columns, failure, load = async () => alphabet() }: Watch = {},
): Promise<Outcome> {
  const written = { stdout: "", stderr: "" };
  const outcome = { exits: [] as number[], signals: [] as string[] };
  const listeners = new Set<() => void>();
  const interrupt = (): void => listeners.forEach((listener) => listener());
  const stream = (name: keyof typeof written): NodeJS.WriteStream => {
    const write = (text: string, _encoding: unknown, done: (error?: Error) => void): void => {
      written[name] += text;
      if (name === "stderr") onStderr?.(written.stderr, interrupt);
      done(name === "stdout" ? failure : undefined);
    };
    const terminal = name === "stdout" && columns !== undefined ? { isTTY: true, columns, hasColors: () => true } : {};
    return Object.assign(new Writable({ decodeStrings: false, write }), terminal) as unknown as NodeJS.WriteStream;
  };
  const host: CommandProcess = {
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    pid: 7,
    cwd: () => folder,
    exit: (code) => void outcome.exits.push(code),
    kill: (pid, signal) => void outcome.signals.push(`${pid} ${signal}`),
    on: (_, listener) => void listeners.add(listener),
    removeListener: (_, listener) => void listeners.delete(listener),
  };
  const exitCode = await runCommandLine(args, host, load);
  await new Promise((resolve) => setImmediate(resolve));
  expect(listeners.size, "listeners for Ctrl-C left behind").toBe(0);
  return { exitCode, ...written, ...outcome };
}

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
writeFileSync(path.join(folder, "broken.mjs"), echoPlugin.replace("yield {", "throw new TypeError('out of luck'); yield {"));
writeFileSync(path.join(folder, "no-plugin.mjs"), "export default { name: 'nothing' };");
writeFileSync(path.join(folder, "empty.txt"), "\n");

describe("decodekit compare", () => {
  test("prints a table and the texts, in plain text where there is no terminal", async () => {
    const { exitCode, stdout, stderr } = await decodekit(["compare", "--max-new-tokens", "8", "--prompt", "abc"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^alphabet: 12 k parameters, vocabulary 27, 2\.0 kB, memory, node /);
    expect(stdout).toMatch(/^greedy +8 +8 +1000 /m);
    expect(stdout.match(/^top-p p=[\d.]+, temperature=[\d.]+$/gm)).toHaveLength(2);
    expect(stdout.match(/^ {2}abcdefghijk$/gm)!.length).toBeGreaterThan(4);
    expect(stdout + stderr).not.toContain("\u001b");
    expect(stdout.match(/^speculative drafter=[\w-]+, .*p=1$/gm)).toHaveLength(2);
    expect(stderr).toMatch(/^Loading the embedded story model\nWarming up greedy\n/);
    expect(stderr).toMatch(/Run 12 of 12: judged-tree worth=1, .*\n$/);
  });

  test("loads the embedded models where none is named, the draft model only where a decoder needs it", async () => {
    const loads: unknown[] = [];
    const load: LoadModel = async (source, options) => {
      const { signal: _, onProgress, ...rest } = options!;
      onProgress?.({ file: "model.onnx", loadedBytes: 10, totalBytes: 2000 });
      onProgress?.({ file: "model.onnx", loadedBytes: 2000, totalBytes: 2000 });
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

  test("disposes every model that it loaded, also when loading or a decoder fails", async () => {
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

  test("writes the report, runs a plugin, and prints the same report alone for -", async () => {
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

  test("ends in order on Ctrl-C, with what it has", async () => {
    let interrupted = false;
    const outcome = await decodekit(["compare", "--runs", "10000", "--prompt", "a", "--decoder", "greedy"], {
      onStderr(stderr, interrupt) {
        if (interrupted || !stderr.includes("Run 3 of")) return;
        interrupted = true;
        interrupt();
      },
    });
    expect(outcome.exitCode).toBe(130);
    expect(outcome.stderr).toMatch(/Interrupted; what is shown is what was finished\.\n$/);
    expect(outcome.stdout).toMatch(/^greedy +\d+ /m);
  });

  test("hands a second Ctrl-C on, which ends the process", async () => {
    const { exitCode, signals } = await decodekit(["compare", "--runs", "10000", "--prompt", "a", "--decoder", "greedy"], {
      onStderr(stderr, interrupt) {
        if (!stderr.endsWith("Run 2 of 10000: greedy\n")) return;
        interrupt();
        interrupt();
      },
    });
    expect({ exitCode, signals }).toEqual({ exitCode: 130, signals: ["7 SIGINT"] });
  });

  test("has colours and keeps to the width where there is a terminal", async () => {
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

  test("ends at once, with the exit code so far, when the reader of its output has seen enough", async () => {
    const failure = Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
    const { exits, exitCode } = await decodekit(["decoders"], { failure });
    expect({ exits, exitCode }).toEqual({ exits: [0], exitCode: 0 });
  });

  test("tells where an error comes from that is not ours", async () => {
    const { exitCode, stderr } = await decodekit(["compare", "--plugin", "broken.mjs", "--decoder", "echo", "--prompt", "a"]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/error: TypeError: out of luck\n +at .*broken\.mjs/);
  });

  test("fails with code 1 and the reason when the model does", async () => {
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
      "--decoder gredy: decoder must be one of greedy, top-p, speculative, denoise-draft, refine, ar-critic, ar-then-refine, confidence-cascade, judged-tree.",
    ],
    [["--decoder", "top-p:q=1"], 'option "q" must be one of p (a number in (0, 1]), temperature (a number >= 0).'],
    [["--decoder", "top-p:p=0"], "--decoder top-p:p=0: p must be a number in (0, 1]."],
    [["--max-new-tokens", "0"], "It must be an integer >= 1."],
    [["--seed", "-1"], "It must be an integer >= 0."],
    [["--runs", "two"], "It must be an integer >= 1."],
    [["--execution", "gpu"], "Allowed choices are auto, wasm, native."],
    [["--prompts", "none.txt"], "cannot read none.txt (ENOENT)."],
    [["--prompts", "empty.txt"], "empty.txt holds no prompt."],
    [["--model", "none"], "--model: must be a folder or URL, got none, which is not there."],
    [["--model", "echo.mjs"], "which is a file."],
    [["--draft", "none"], "--draft: must be a folder or URL, got none, which is not there."],
    [["--json", "none/report.json"], "--json: there is no folder"],
    [["--plugin", "none"], "--plugin none: there is no such file or package"],
    [["--plugin", "no-plugin.mjs"], "its default export must be a DecoderPlugin, but its title is not text."],
    [["--plugin", "echo.mjs", "--plugin", "./echo.mjs"], 'there is a decoder named "echo" already.'],
    [["--decoders", "greedy"], "Did you mean --decoder?"],
    [["greedy"], "too many arguments"],
  ])("refuses %j with code 2 before it loads anything", async (args, message) => {
    const { exitCode, stdout, stderr } = await decodekit(["compare", ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("Loading");
  });
});

describe("decodekit", () => {
  test("lists the decoders, those of plugins too", async () => {
    const { exitCode, stdout } = await decodekit(["decoders", "--plugin", "echo.mjs"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("p  a number in (0, 1]; default");
    expect(stdout).toContain("echo  Echo\n  Repeats the last token\n    times  an integer >= 1; default 3\n      How often\n");
  });

  test("has help and a version, and refuses what it does not know", async () => {
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

  test("fills the gap, shows it after every step, and tells the passes", async () => {
    const { exitCode, stdout, stderr } = await decodekit([...gap, "--length", "4"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "abcdefghij\n" });
    expect(stderr).toBe("d _ _ _\nde _ _\ndef _\ndefg\n4 tokens in 5 passes\n");
  });

  test("fills all at once in one step, as JSON", async () => {
    const { stdout, stderr } = await decodekit([...gap, "--length", "4", "--steps", "1", "--json"]);
    expect(JSON.parse(stdout)).toEqual({ prefix: "abc", text: "defg", suffix: "hij", tokens: [3, 4, 5, 6], passes: 2 });
    expect(stderr).toBe("");
  });

  test("chooses a length of a range", async () => {
    const { stdout } = await decodekit([...gap, "--length", "2-4", "--json"]);
    const { text, passes } = JSON.parse(stdout) as { readonly text: string; readonly passes: number };
    expect(text.length).toBeGreaterThanOrEqual(2);
    expect(text.length).toBeLessThanOrEqual(4);
    expect(passes).toBe(1 + 3 + text.length);
  });

  test("refuses a model that fills nothing in", async () => {
    const load: LoadModel = async () => {
      const { masked: _, ...rest } = alphabet();
      return rest;
    };
    expect(await decodekit(gap, { load })).toMatchObject({
      exitCode: 2,
      stderr: "error: --model: alphabet predicts no masked tokens, which filling a gap needs.\n",
    });
  });

  test.each([
    [["--length", "0"], "It must be an integer >= 1"],
    [["--length", "5-3"], "It must be an integer >= 1"],
    [["--suffix", ""], "--suffix: must be a text"],
  ])("refuses %j with code 2", async (args, message) => {
    const { exitCode, stderr } = await decodekit([...gap, ...args]);
    expect({ exitCode, message: stderr.includes(message) }).toEqual({ exitCode: 2, message: true });
  });
});
