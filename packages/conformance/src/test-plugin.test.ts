import { type DecoderPlugin, InvalidOptionError } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { broken, create, good } from "./broken/broken-plugins.ts";
import { allPluginChecks, testPlugin } from "./test-plugin.ts";

describe("a good plugin", () => {
  testPlugin(test, good);
});

const TAKES = "takes every value that the description of an option allows";
const REFUSES = "refuses values that the description of an option excludes";

function checkOf(foundBy: string): (typeof allPluginChecks)[number] {
  const found = allPluginChecks.filter(({ name }) => name.startsWith(foundBy));
  expect(found, foundBy).toHaveLength(1);
  return found[0]!;
}

describe("the kit", () => {
  test.each(Object.entries(broken))("finds out %s", async (_, [changes, foundBy, says]) => {
    const plugin = { ...good, ...changes } as unknown as DecoderPlugin;
    const failure: unknown = await checkOf(foundBy)
      .run({ plugin, options: {} })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect((failure as Error).message).toContain(says);
  });

  test("has no check that nothing fails but the one that needs a worker", () => {
    const used = new Set(Object.values(broken).map(([, foundBy]) => checkOf(foundBy)));
    expect(allPluginChecks.filter((check) => !used.has(check)).map(({ name }) => name)).toEqual([
      "does in a worker what it does here, with every preset",
    ]);
  });

  test("names the check that does not apply without a worker", () => {
    const names: string[] = [];
    const { checks: registered, inapplicable } = testPlugin((name) => names.push(name), good);
    expect(registered).toHaveLength(allPluginChecks.length - 1);
    expect(inapplicable).toEqual([
      { title: "plugin: does in a worker what it does here, with every preset", reason: "was given no worker (option worker)" },
    ]);
    expect(names.at(-1)).toBe(
      'does not apply: "plugin: does in a worker what it does here, with every preset" (it was given no worker (option worker))',
    );
  });

  test("tries what the author says an option goes with", async () => {
    const plugin: DecoderPlugin<"causal"> = {
      ...good,
      options: { ...good.options, level: { type: "integer", help: "Only with three others", minimum: 1, maximum: 2 } },
      create({ level, ...rest }) {
        const { order, rate, temperature } = rest;
        const goes = level === 1 || level === 2 ? order === "right" && rate === 0.25 && temperature === 3 : level === undefined;
        if (goes) return create(rest);
        throw new InvalidOptionError({ where: "warm", option: "level", expected: "1 or 2, with others", actual: level });
      },
    };
    const takes = checkOf(TAKES);
    const subject = { plugin: plugin as unknown as DecoderPlugin, options: {} };
    await expect(takes.run(subject)).rejects.toThrow(
      "option level: create refuses 1, which its description allows, by itself, with every preset, and with every one and two values of other options. Describe the bounds that create has; if it goes with others only, name some: testPlugin(…, { goesWith }).",
    );
    const goesWith = { level: { order: "right", rate: 0.25, temperature: 3 } };
    await takes.run({ ...subject, options: { goesWith } });
    await checkOf(REFUSES).run({ ...subject, options: { goesWith } });
  });

  test.each<[plugin: unknown, options: object, message: string]>([
    [{ ...good, create: undefined }, {}, "testPlugin: the plugin's create must be as in DecoderPlugin, got undefined."],
    [{ ...good, presets: {} }, {}, "testPlugin: the plugin's presets must be as in DecoderPlugin, got an object."],
    [{ ...good, name: 1 }, {}, "testPlugin: the plugin's name must be as in DecoderPlugin, got 1."],
    [{ ...good, options: null }, {}, "testPlugin: the plugin's options must be as in DecoderPlugin, got null."],
    [good, { worker: "here" }, 'testPlugin: worker must be { endpoint, plugin }, got "here".'],
    [good, { goesWith: 1 }, "testPlugin: goesWith must be an object: options by the name of the one that goes with them, got 1."],
    [good, { examples: {} }, 'testPlugin: option "examples" must be one of its options (goesWith, worker)'],
  ])("refuses what is no plugin and no option, case %#", (plugin, options, message) => {
    expect(() => testPlugin(() => undefined, plugin as DecoderPlugin, options)).toThrow(message);
  });
});
