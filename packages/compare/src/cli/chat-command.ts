import { createInterface, type Interface } from "node:readline";
import { withPrefixCache } from "@decodekit/core/toolkit";
import type { CompareFlags } from "./compare-command.ts";
import { Conversation } from "./conversation.ts";
import { ExitCode } from "./exit-code.ts";
import { formatFile } from "./format.ts";
import { type GraphFlags, graphOptions, type LoadModel, loadModels, modelSources } from "../load-models.ts";
import { loadPlugins } from "../load-plugins.ts";
import { progressDisplay } from "./progress.ts";
import { colorsFor, type CommandProcess } from "./terminal.ts";
import { UsageError } from "../usage-error.ts";

export interface ChatFlags extends GraphFlags, Pick<CompareFlags, "model" | "draft" | "draftHead" | "maxNewTokens" | "seed" | "plugin"> {
  readonly decoder: string;
  readonly system?: string;
}

/**
 * Runs `decodekit chat`: reads lines from standard input until its end or "/exit", and answers each. Ctrl-C stops an answer, whose beginning
 * stays part of the conversation, and not the program.
 * @throws UsageError for an invalid flag or a model without a chat template, and the errors of loading.
 */
export async function chatCommand(flags: ChatFlags, host: CommandProcess, load: LoadModel): Promise<ExitCode> {
  const plugins = await loadPlugins(flags.plugin, host.cwd());
  const sources = await modelSources(flags, { needsDraft: false, folder: host.cwd() });
  const progress = progressDisplay(host.stderr, sources.name);
  const loading = loadModels(load, sources, { ...graphOptions(flags), onProgress: (loaded) => progress.loading(loaded) });
  const loaded = await loading.catch((error: unknown) => {
    progress.end();
    throw error;
  });
  const model = withPrefixCache(loaded);
  progress.loaded();
  progress.end();
  try {
    if (!model.chat) throw new UsageError(`--model: ${model.name} has no chat template. Name a model that was trained for conversations.`);
    if (model.file) host.stderr.write(`${colorsFor(host.stderr).dim(`${model.name}: ${formatFile(model.file)}`)}\n`);
    const conversation = new Conversation({ ...flags, model, plugins }, host);
    await converse(conversation, host);
    return ExitCode.success;
  } finally {
    await model.dispose();
  }
}

async function converse(conversation: Conversation, host: CommandProcess): Promise<void> {
  const { stdin, stdout } = host;
  const isTerminal = stdin.isTTY && stdout.isTTY;
  const lines = createInterface({ input: stdin, ...(isTerminal && { output: stdout, prompt: "> " }), terminal: isTerminal });
  const interrupt = (): void => {
    if (conversation.stop()) return;
    stdout.write("\n(/exit or Ctrl-D ends the conversation)\n");
    prompt(lines, isTerminal);
  };
  // A terminal passes Ctrl-C to the line editor; elsewhere it is a signal.
  lines.on("SIGINT", interrupt);
  host.on("SIGINT", interrupt);
  try {
    prompt(lines, isTerminal);
    for await (const line of lines) {
      if (!(await conversation.enter(line.trim()))) break;
      prompt(lines, isTerminal);
    }
  } finally {
    host.removeListener("SIGINT", interrupt);
    lines.close();
  }
}

function prompt(lines: Interface, isTerminal: boolean): void {
  if (isTerminal) lines.prompt();
}
