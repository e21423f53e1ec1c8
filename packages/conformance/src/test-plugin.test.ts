import { type DecoderPlugin, InvalidOptionError } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { broken, create, good } from "./broken/broken-plugins.ts";
import { allPluginChecks, testPlugin } from "./test-plugin.ts";

describe("a good plugin", () => {
  testPlugin(test, good);
});

const ACCEPTS = "accepts every value that the description of an option allows";
const REFUSES = "refuses values that the description of an option excludes";

function checkOf(foundBy: string): (typeof allPluginChecks)[number] {
  const found = allPluginChecks.filter(({ name }) => name.startsWith(foundBy));
  expect(found, foundBy).toHaveLength(1);
  return found[0]!;
}

describe("the kit", () => {
  test.each(Object.entries(broken))("detects %s", async (_, [changes, foundBy, message]) => {
    const plugin = { ...good, ...changes } as unknown as DecoderPlugin;
    const failure: unknown = await checkOf(foundBy)
      .run({ plugin, options: {} })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect((failure as Error).message).toContain(message);
  });

  test("has a defect for every check but the one that needs a worker", () => {
    const used = new Set(Object.values(broken).map(([, foundBy]) => checkOf(foundBy)));
    expect(allPluginChecks.filter((check) => !used.has(check)).map(({ name }) => name)).toEqual([
      "decodes in a worker as it does here, with every preset",
    ]);
  });

  test("reports the check that does not apply without a worker", () => {
    const names: string[] = [];
    const { checks: registered, inapplicable } = testPlugin((name) => names.push(name), good);
    expect(registered).toHaveLength(allPluginChecks.length - 1);
    expect(inapplicable).toEqual([
      { title: "plugin: decodes in a worker as it does here, with every preset", reason: "received no worker (option worker)" },
    ]);
    expect(names.at(-1)).toBe(
      'does not apply: "plugin: decodes in a worker as it does here, with every preset" (it received no worker (option worker))',
    );
  });

  test("tries the options that the author names as needed by an option", async () => {
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
    const check = checkOf(ACCEPTS);
    const subject = { plugin: plugin as unknown as DecoderPlugin, options: {} };
    await expect(check.run(subject)).rejects.toThrow(
      "option level: create refuses 1, which its description allows, by itself, with every preset, and with every one or two values of other options. Describe the bounds that create enforces; if the value needs other options, name them: testPlugin(…, { requiredOptions }).",
    );
    const requiredOptions = { level: { order: "right", rate: 0.25, temperature: 3 } };
    await check.run({ ...subject, options: { requiredOptions } });
    await checkOf(REFUSES).run({ ...subject, options: { requiredOptions } });
  });

  test.each<[plugin: unknown, options: object, message: string]>([
    [{ ...good, create: undefined }, {}, "testPlugin: create must be a function, got undefined."],
    [{ ...good, presets: {} }, {}, "testPlugin: presets must be an array, got an object."],
    [{ ...good, name: 1 }, {}, "testPlugin: name must be a string, got 1."],
    [{ ...good, options: null }, {}, "testPlugin: options must be an object, got null."],
    [good, { worker: "here" }, 'testPlugin: worker must be { endpoint, plugin }, got "here".'],
    [
      good,
      { requiredOptions: 1 },
      "testPlugin: requiredOptions must be an object: options by the name of the option that needs them, got 1.",
    ],
    [good, { examples: {} }, 'testPlugin: option "examples" must be one of its options (requiredOptions, worker)'],
  ])("refuses an invalid plugin or option, case %#", (plugin, options, message) => {
    expect(() => testPlugin(() => undefined, plugin as DecoderPlugin, options)).toThrow(message);
  });
});
