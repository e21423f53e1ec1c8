import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { builtInDecoders } from "../built-in-decoders.ts";
import { loadPlugins } from "./load-plugins.ts";
import { UsageError } from "./usage-error.ts";

const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "decodekit-plugins-")));
afterAll(() => rmSync(folder, { recursive: true }));

const members = {
  name: "'mine'",
  title: "'Mine'",
  description: "'Made for this'",
  requires: "[]",
  presets: "[]",
  options: "{}",
  create: "() => 1",
};

/** A module whose default export has `changes`; undefined leaves a member out. */
function moduleOf(changes: Partial<Record<keyof typeof members, string | undefined>> = {}): string {
  const all = Object.entries({ ...members, ...changes }).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return `export default { ${all.join(", ")} };`;
}

let files = 0;
function fileWith(content: string, name = `plugin-${files++}.mjs`): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return name;
}

function packageWith(name: string, entries: Readonly<Record<string, string>>): void {
  fileWith(JSON.stringify({ name, type: "module", exports: entries }), `node_modules/${name}/package.json`);
}

test("without modules there are the built-in decoders", async () => {
  expect(await loadPlugins(undefined, folder)).toEqual(builtInDecoders);
  expect(await loadPlugins([], folder)).toEqual(builtInDecoders);
});

test("files are seen from the folder, and come after the built-in ones in their order", async () => {
  const [first, second] = [fileWith(moduleOf({ name: "'one'" })), fileWith(moduleOf({ name: "'two'" }))];
  const plugins = await loadPlugins([`./${first}`, path.join(folder, second)], folder);
  expect(plugins.slice(builtInDecoders.length).map(({ name }) => name)).toEqual(["one", "two"]);
});

test("of a package its ./plugin is taken, else the package itself, scoped or not", async () => {
  fileWith(moduleOf({ name: "'of ./plugin'" }), "node_modules/with-both/plugin.js");
  fileWith(moduleOf({ name: "'of the package'" }), "node_modules/with-both/index.js");
  packageWith("with-both", { ".": "./index.js", "./plugin": "./plugin.js" });
  fileWith(moduleOf({ name: "'scoped'" }), "node_modules/@scope/alone/index.js");
  packageWith("@scope/alone", { ".": "./index.js" });
  fileWith(moduleOf({ name: "'deep'" }), "node_modules/with-entry/deep.js");
  packageWith("with-entry", { "./deep": "./deep.js" });
  const plugins = await loadPlugins(["with-both", "@scope/alone", "with-entry/deep"], folder);
  expect(plugins.slice(builtInDecoders.length).map(({ name }) => name)).toEqual(["of ./plugin", "scoped", "deep"]);
});

async function refusal(module: string): Promise<string> {
  const error: unknown = await loadPlugins([module], folder).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message;
}

test.each(["none", "./none.mjs", "node_modules", "@scope/none"])(
  "%s, which is not there, is refused as seen from the folder",
  async (module) => {
    expect(await refusal(module)).toBe(`--plugin ${module}: there is no such file or package, as seen from ${folder}.`);
  },
);

test.each<[string, string]>([
  ["got none", "export const plugin = 1;"],
  ["got number", "export default 3;"],
  ["got object", "export default null;"],
  ["got function", "export default () => 1;"],
  ["but its name is not text", moduleOf({ name: "1" })],
  ["but its title is not text", moduleOf({ title: undefined })],
  ["but its description is not text", moduleOf({ description: "[]" })],
  ["but its requires is no array", moduleOf({ requires: "'causal'" })],
  ["but its presets is no array", moduleOf({ presets: undefined })],
  ["but its options are no object", moduleOf({ options: "3" })],
  ["but its options are no object", moduleOf({ options: "null" })],
  ["but its create is no function", moduleOf({ create: "{}" })],
])("a default export of which is said: %s", async (problem, content) => {
  const file = fileWith(content);
  expect(await refusal(file)).toBe(`--plugin ${file}: its default export must be a DecoderPlugin, ${problem}.`);
});

test("what an import throws is told, and kept as the cause", async () => {
  const [error, text] = [fileWith("throw new Error('out of order');"), fileWith("throw 'just text';")];
  expect(await refusal(error)).toBe(`--plugin ${error}: cannot be imported. out of order`);
  expect(await refusal(text)).toBe(`--plugin ${text}: cannot be imported. just text`);
  const thrown: unknown = await loadPlugins([error], folder).catch((failure: unknown) => failure);
  expect((thrown as UsageError).cause).toMatchObject({ message: "out of order" });
});

test("a name that is taken is refused", async () => {
  const greedy = fileWith(moduleOf({ name: "'greedy'" }));
  expect(await refusal(greedy)).toBe(`--plugin ${greedy}: there is a decoder named "greedy" already.`);
});
