import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { builtInDecoders } from "./built-in-decoders.ts";
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

/** Source of a module whose default export has `changes`; undefined omits a member. */
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

test("without modules, returns the built-in decoders", async () => {
  expect(await loadPlugins(undefined, folder)).toEqual(builtInDecoders);
  expect(await loadPlugins([], folder)).toEqual(builtInDecoders);
});

test("files are resolved from the folder, and follow the built-in decoders in their order", async () => {
  const [first, second] = [fileWith(moduleOf({ name: "'one'" })), fileWith(moduleOf({ name: "'two'" }))];
  const plugins = await loadPlugins([`./${first}`, path.join(folder, second)], folder);
  expect(plugins.slice(builtInDecoders.length).map(({ name }) => name)).toEqual(["one", "two"]);
});

test("a package, scoped or not, resolves to its ./plugin, else to the package itself", async () => {
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
  "%s, which does not exist, is rejected with the folder",
  async (module) => {
    expect(await refusal(module)).toBe(`--plugin ${module}: no such file or package, resolved from ${folder}.`);
  },
);

test.each<[string, string]>([
  ["default export must be a DecoderPlugin, or an array of them, got undefined", "export const plugin = 1;"],
  ["default export must be a DecoderPlugin, or an array of them, got 3", "export default 3;"],
  ["default export must be a DecoderPlugin, or an array of them, got null", "export default null;"],
  ["default export must be a DecoderPlugin, or an array of them, got () => 1", "export default () => 1;"],
  ["name must be a string, got 1", moduleOf({ name: "1" })],
  ["title must be a string, got undefined", moduleOf({ title: undefined })],
  ["description must be a string, got an array of 0", moduleOf({ description: "[]" })],
  ['requires must be an array, got "causal"', moduleOf({ requires: "'causal'" })],
  ["presets must be an array, got undefined", moduleOf({ presets: undefined })],
  ["options must be an object, got 3", moduleOf({ options: "3" })],
  ["options must be an object, got null", moduleOf({ options: "null" })],
  ["create must be a function, got an object", moduleOf({ create: "{}" })],
])("an invalid default export is rejected: %s", async (problem, content) => {
  const file = fileWith(content);
  expect(await refusal(file)).toBe(`--plugin ${file}: ${problem}.`);
});

test("the error of an import is shown, and kept as the cause", async () => {
  const [error, text] = [fileWith("throw new Error('out of order');"), fileWith("throw 'just text';")];
  expect(await refusal(error)).toBe(`--plugin ${error}: cannot be imported. out of order`);
  expect(await refusal(text)).toBe(`--plugin ${text}: cannot be imported. just text`);
  const thrown: unknown = await loadPlugins([error], folder).catch((failure: unknown) => failure);
  expect((thrown as UsageError).cause).toMatchObject({ message: "out of order" });
});

test("a duplicate name is rejected", async () => {
  const greedy = fileWith(moduleOf({ name: "'greedy'" }));
  expect(await refusal(greedy)).toBe(`--plugin ${greedy}: a decoder named "greedy" already exists.`);
});
