import { type DecoderPlugin, describeOption, type PluginOption } from "@decodekit/core";
import wrapAnsi from "wrap-ansi";
import type { CompareFlags } from "./compare-command.ts";
import { formatDecoder } from "./format.ts";
import { loadPlugins } from "../load-plugins.ts";
import { colorsFor, type Colors, type CommandProcess, widthOf } from "./terminal.ts";

/** Lists the decoders and their options. */
export async function decodersCommand({ plugin }: Pick<CompareFlags, "plugin">, host: CommandProcess): Promise<void> {
  const colors = colorsFor(host.stdout);
  const width = widthOf(host.stdout);
  const plugins = await loadPlugins(plugin, host.cwd());
  host.stdout.write(`${plugins.map((each) => describePlugin(each, colors, width)).join("\n\n")}\n`);
}

function describePlugin(plugin: DecoderPlugin, colors: Colors, width: number | undefined): string {
  const indented = (text: string, indent: string): string =>
    (width === undefined ? text : wrapAnsi(text, width - indent.length)).replace(/^/gm, indent);
  const shown = plugin.presets.map((preset) => formatDecoder(plugin.name, preset)).join("; ");
  return [
    `${colors.bold(plugin.name)}  ${plugin.title}`,
    indented(plugin.description, "  "),
    ...Object.entries(plugin.options).flatMap(([name, option]) => [
      indented(`${colors.cyan(name)}  ${facts(option)}`, "    "),
      indented(option.help, "      "),
    ]),
    indented(colors.dim(`needs: ${plugin.requires.join(", ")}; shown by default: ${shown}`), "  "),
  ].join("\n");
}

function facts(option: PluginOption): string {
  const otherwise = option.default === undefined ? "no default" : `default ${option.default}`;
  return `${describeOption(option)}; ${otherwise}`;
}
