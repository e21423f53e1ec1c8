import { expect, test } from "vitest";
import type { Decoder } from "../contracts/decoder.ts";
import type { Tokenizer } from "../contracts/tokenizer.ts";
import { InvalidOptionError } from "../errors.ts";
import type { DecoderPlugin } from "../contracts/plugin.ts";
import { pluginImporter } from "./import-plugin.ts";

const decoder: Decoder = {
  name: "none",
  requires: [],
  decode: () => {
    throw new Error("not called");
  },
};
const plugin: DecoderPlugin = {
  name: "none",
  title: "None",
  description: "Does nothing",
  requires: ["causal"],
  options: { p: { type: "number", help: "A number" } },
  presets: [{ p: 1 }],
  create: ({ p }) => ({ ...decoder, outputLength: p as number | undefined }),
};
const importerOf = (value: unknown): ReturnType<typeof pluginImporter> => pluginImporter({ known: async () => ({ default: value }) });

test("a plugin is described without its code, and makes decoders with the options it is given, or none", async () => {
  const description = Object.fromEntries(Object.entries(plugin).filter(([member]) => member !== "create"));
  expect(await importerOf(plugin).describe("known")).toEqual([description]);
  expect((await importerOf(plugin).create({ plugin: "known", options: { p: 2 } })).outputLength).toBe(2);
  expect((await importerOf(plugin).create({ plugin: "known" })).outputLength).toBeUndefined();
});

test("a decoder is created for the model of the worker, if there is one", async () => {
  const given: unknown[] = [];
  const curious = { ...plugin, create: (_: unknown, model: unknown) => (given.push(model), decoder) };
  const model = { tokenizer: { vocabSize: 1 } as Tokenizer, stopTokens: [0] };
  await importerOf(curious).create({ plugin: "known" }, model);
  await importerOf(curious).create({ plugin: "known" });
  expect(given).toEqual([model, undefined]);
});

test("what create throws is thrown", async () => {
  const error = new InvalidOptionError({ where: "none", option: "p", expected: "a number", actual: "a" });
  const refusing = {
    ...plugin,
    create: () => {
      throw error;
    },
  };
  await expect(importerOf(refusing).create({ plugin: "known" })).rejects.toBe(error);
});

test.each([
  ["an empty array", [], "default export", "a DecoderPlugin, or an array of them"],
  ["a bad member", [plugin, { ...plugin, name: 5 }], "default export [1].name", "a string"],
  ["nothing", undefined, "default export", "a DecoderPlugin, or an array of them"],
  ["null", null, "default export", "a DecoderPlugin, or an array of them"],
  ["a function", () => plugin, "default export", "a DecoderPlugin, or an array of them"],
  ["no name", { ...plugin, name: 5 }, "name", "a string"],
  ["no title", { ...plugin, title: undefined }, "title", "a string"],
  ["no description", { ...plugin, description: {} }, "description", "a string"],
  ["no roles", { ...plugin, requires: "causal" }, "requires", "an array"],
  ["no presets", { ...plugin, presets: {} }, "presets", "an array"],
  ["no options", { ...plugin, options: undefined }, "options", "an object"],
  ["options that are null", { ...plugin, options: null }, "options", "an object"],
  ["no create", { ...plugin, create: {} }, "create", "a function"],
])("a module whose default export has %s is refused, on every request", async (_, value, option, expected) => {
  const importer = importerOf(value);
  for (let time = 0; time < 2; time++) {
    await expect(importer.describe("known")).rejects.toMatchObject({ code: "INVALID_OPTION", where: "known", option, expected });
    await expect(importer.create({ plugin: "known" })).rejects.toMatchObject({ code: "INVALID_OPTION", where: "known", option, expected });
  }
});

test.each([null, undefined, {}, { decode: 5 }, "greedy"])("a create that returns %j is refused", async (made) => {
  const importer = importerOf({ ...plugin, create: () => made });
  const expected = { code: "INVALID_OPTION", where: "known", option: "what create returns", expected: "a Decoder", actual: made };
  await expect(importer.create({ plugin: "known" })).rejects.toMatchObject(expected);
});

test("a module that cannot be imported is a WorkerError with its cause", async () => {
  const cause = new TypeError("no such file");
  const importer = pluginImporter({ broken: () => Promise.reject(cause), thrown: () => Promise.reject("only a text") });
  const broken = {
    code: "WORKER",
    message: expect.stringContaining("The plugin broken could not be imported: no such file. The module must be there") as string,
    cause,
  };
  await expect(importer.describe("broken")).rejects.toMatchObject(broken);
  await expect(importer.describe("thrown")).rejects.toMatchObject({
    message: expect.stringContaining("The plugin thrown could not be imported: only a text. ") as string,
  });
});

test("inherited member names are not plugins; an unknown name is imported as a module", async () => {
  const importer = pluginImporter({});
  await expect(importer.describe("toString")).rejects.toMatchObject({ code: "WORKER" });
  const data = `data:text/javascript,export default ${JSON.stringify({ ...plugin, create: undefined }).replace(/}$/, ", create: () => ({})}")}`;
  expect(await importer.describe(data)).toMatchObject([{ name: "none", title: "None" }]);
});

test("one of several plugins of a module is chosen by its name", async () => {
  const importer = importerOf([plugin, { ...plugin, name: "other", create: () => ({ ...decoder, name: "another", outputLength: 7 }) }]);
  expect((await importer.describe("known")).map(({ name }) => name)).toEqual(["none", "other"]);
  // Whatever it calls itself, the decoder has the plugin's name.
  expect(await importer.create({ plugin: "known", name: "other" })).toMatchObject({ name: "other", outputLength: 7 });
  const refused = { code: "INVALID_OPTION", where: "known", option: "name", expected: 'one of "none", "other"' };
  await expect(importer.create({ plugin: "known" })).rejects.toMatchObject({ ...refused, actual: undefined });
  await expect(importer.create({ plugin: "known", name: "third" })).rejects.toMatchObject({ ...refused, actual: "third" });
});
