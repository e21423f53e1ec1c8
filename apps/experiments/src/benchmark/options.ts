import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { stories } from "@decodekit/tiny-models";
import type { SuiteName, Where } from "./rows.ts";
import type { Settings } from "./suite.ts";
import { modelFilesIn } from "./suites/model-files.ts";
import { SUITE_TITLES } from "./suites/suite-names.ts";

const EXECUTIONS = ["native", "wasm", "chromium"] as const satisfies readonly Where[];

/** A run as it was asked for. */
export interface BenchmarkOptions {
  readonly suites: readonly SuiteName[];
  /** Paths within the model's folder. */
  readonly files: readonly string[];
  readonly executions: readonly Where[];
  readonly settings: Settings;
  /** Folder of the results. */
  readonly output: string;
  /** Date of the results as year-month-day; undefined for that of the commit. */
  readonly date?: string;
}

export const HELP = `npm run benchmark -- [options]

  --suite NAME      a suite; repeatable (all)
  --model DIR       folder of a model in the Hugging Face layout (the embedded model)
  --file PATH       a graph within it, such as onnx/model_q4.onnx; repeatable (onnx/model.onnx, or the usual files that are there)
  --execution NAME  ${EXECUTIONS.join(", ")}; repeatable (native, wasm)
  --gguf PATH       a GGUF file of the same model, for llama.cpp in the suite peers
  --pairs N         measurements of each comparison (each suite has its own number)
  --tokens N        most new tokens of a chat task (128)
  --prompts N       chat tasks of each kind, 1 to 3 (3)
  --contender NAME  of framework-cost, peers, prefill, context-scaling and speculation, such as "suffix, auto"; repeatable (all)
  --threads N       threads of every runtime (2)
  --output DIR      folder of the results; rows that are there already are not measured again (benchmark-results)
  --date DATE       date of the results (that of the commit)
  --quick           only as much as shows that everything runs; its figures mean nothing

Suites: ${Object.keys(SUITE_TITLES).join(", ")}.
`;

/** Reads the command line. @throws Error that says what is wrong with it. */
export function readOptions(args: readonly string[]): BenchmarkOptions | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      suite: { type: "string", multiple: true },
      model: { type: "string" },
      file: { type: "string", multiple: true },
      execution: { type: "string", multiple: true, default: ["native", "wasm"] },
      gguf: { type: "string" },
      pairs: { type: "string" },
      tokens: { type: "string", default: "128" },
      prompts: { type: "string", default: "3" },
      contender: { type: "string", multiple: true },
      threads: { type: "string", default: "2" },
      output: { type: "string", default: "benchmark-results" },
      date: { type: "string" },
      quick: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const folder = values.model === undefined ? embeddedFolder() : path.resolve(values.model);
  if (!existsSync(path.join(folder, "config.json"))) throw new Error(`--model must name a folder with a config.json, got ${folder}.`);
  const files = values.file ?? modelFilesIn(folder);
  for (const file of files) {
    if (!existsSync(path.join(folder, file))) throw new Error(`--file must be a path within ${folder}, got ${file}.`);
  }
  if (values.date !== undefined && !/^\d{4}-\d{2}-\d{2}$/u.test(values.date)) {
    throw new Error(`--date must be year-month-day, such as 2026-01-31, got ${values.date}.`);
  }
  return {
    suites: (values.suite ?? Object.keys(SUITE_TITLES)).map((name) => oneOf("--suite", name, Object.keys(SUITE_TITLES) as SuiteName[])),
    files,
    executions: values.execution.map((name) => oneOf<Where>("--execution", name, EXECUTIONS)),
    settings: {
      folder,
      embedded: values.model === undefined,
      ...(values.gguf !== undefined && { gguf: path.resolve(values.gguf) }),
      ...(values.pairs !== undefined && { pairs: integer("--pairs", values.pairs) }),
      threads: integer("--threads", values.threads),
      tokens: integer("--tokens", values.tokens),
      prompts: integer("--prompts", values.prompts, 3),
      ...(values.contender !== undefined && { contenders: values.contender }),
      quick: values.quick,
    },
    output: path.resolve(values.output),
    ...(values.date !== undefined && { date: values.date }),
  };
}

function embeddedFolder(): string {
  return path.dirname(fileURLToPath(stories.files["config.json"]!));
}

function integer(option: string, value: string, maximum = Number.MAX_SAFE_INTEGER): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 1 && number <= maximum) return number;
  const range = maximum === Number.MAX_SAFE_INTEGER ? "an integer >= 1" : `an integer from 1 to ${maximum}`;
  throw new Error(`${option} must be ${range}, got ${value}.`);
}

function oneOf<Name extends string>(option: string, value: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === value);
  if (found === undefined) throw new Error(`${option} must be one of ${names.join(", ")}, got ${value}.`);
  return found;
}
