// Writes the tables of plugin options into the READMEs, between their two comments: `npm run option-tables`, after a build.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const BEGIN = "<!-- Generated from the plugins by `npm run option-tables`: -->";
const END = "<!-- End of the generated table. -->";

/** Packages whose README has such a table. */
export const packagesWithOptions = ["top-p", "samplers", "search", "speculative", "refinement"];

/** The content of a README with the table of `plugins` in place of what it has. `describeOption` is core's. */
export function withOptionTable(readme, plugins, describeOption) {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`The README must have the lines "${BEGIN}" and "${END}".`);
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${optionTable(plugins, describeOption)}\n\n${readme.slice(end)}`;
}

/** One row for each option; plugins that have the very same option share it. */
function optionTable(plugins, describeOption) {
  const owners = new Map();
  for (const plugin of plugins) {
    for (const [name, option] of Object.entries(plugin.options)) {
      const fixed = option.default === undefined ? "" : `\`${option.default}\``;
      const row = `| \`${name}\` | ${cell(describeOption(option))} | ${fixed} | ${cell(option.help)} |`.replace("|  |", "| |");
      owners.set(row, [...(owners.get(row) ?? []), `\`${plugin.name}\``]);
    }
  }
  if (plugins.length === 1) return ["| option | must be | default | |", "| --- | --- | --- | --- |", ...owners.keys()].join("\n");
  const rows = [...owners].map(([row, names]) => `${row} ${names.length === plugins.length ? "all" : names.join(" ")} |`);
  return ["| option | must be | default | | decoders |", "| --- | --- | --- | --- | --- |", ...rows].join("\n");
}

function cell(text) {
  return text.replaceAll("|", "\\|");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dist = (name, file) => import(pathToFileURL(path.join(root, "packages", name, "dist", file)).href);
  const { describeOption } = await dist("core", "index.js");
  for (const name of packagesWithOptions) {
    const file = path.join(root, "packages", name, "README.md");
    const plugins = [(await dist(name, "plugin.js")).default].flat();
    writeFileSync(file, withOptionTable(readFileSync(file, "utf8"), plugins, describeOption));
  }
}
