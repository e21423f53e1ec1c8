import { checkOptions, type DecoderPlugin, InvalidOptionError, type ModelRole, type OptionCheck } from "@decodekit/core";
import { crossingChecks } from "./crossing-checks.ts";
import { pluginChecks } from "./plugin-checks.ts";
import type { PluginCheck, PluginSubject, PluginTestOptions, PluginWorker } from "./plugin-subject.ts";
import { type KitReport, registerChecks, type TestFunction } from "./test-function.ts";

/** Everything that `testPlugin` checks. */
export const allPluginChecks: readonly PluginCheck[] = [...pluginChecks, ...crossingChecks];

const optionChecks: Readonly<Record<keyof PluginTestOptions, OptionCheck>> = {
  goesWith: {
    expected: "an object: options by the name of the one that goes with them",
    accepts: (value) => typeof value === "object" && value !== null,
  },
  worker: {
    expected: "{ endpoint, plugin }",
    accepts: (value) =>
      typeof value === "object" && value !== null && typeof (value as PluginWorker).plugin === "string" && "endpoint" in value,
  },
};

const members: Readonly<Record<keyof DecoderPlugin, (value: unknown) => boolean>> = {
  name: (value) => typeof value === "string",
  title: (value) => typeof value === "string",
  description: (value) => typeof value === "string",
  requires: Array.isArray,
  options: (value) => typeof value === "object" && value !== null,
  presets: Array.isArray,
  create: (value) => typeof value === "function",
};

/**
 * Registers the tests of a plugin, which offers a decoder to the command and the app: that what it says of its name, options, presets
 * and models is right, that `create` is as strict as it says, and that all of it crosses to a worker. The decoders that it makes are
 * for `testDecoder`. What does not apply to the plugin gets no test of its own: one test names it with the reason, and so does the report.
 * @throws InvalidOptionError for an option that is unknown or wrong, or an object that lacks a member of `DecoderPlugin`.
 */
export function testPlugin<Role extends ModelRole>(
  test: TestFunction,
  plugin: DecoderPlugin<Role>,
  options: PluginTestOptions = {},
): KitReport {
  checkOptions("testPlugin", options, optionChecks);
  for (const [member, accepts] of Object.entries(members)) {
    const actual = (plugin as unknown as Readonly<Record<string, unknown>>)[member];
    if (!accepts(actual))
      throw new InvalidOptionError({ where: "testPlugin", option: `the plugin's ${member}`, expected: "as in DecoderPlugin", actual });
  }
  // Its decoders are given all models and take those that they require.
  const subject: PluginSubject = { plugin, options };
  return registerChecks(
    test,
    allPluginChecks.map((check) => ({
      title: `plugin: ${check.name}`,
      inapplicable: () => check.inapplicable?.(subject),
      run: () => check.run(subject),
    })),
  );
}
