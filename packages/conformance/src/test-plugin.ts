import { type DecoderPlugin, type ModelRole, objectOption, resolveOptions } from "@decodekit/core";
import { pluginsIn } from "@decodekit/core/toolkit";
import { crossingChecks } from "./crossing-checks.ts";
import { pluginChecks } from "./plugin-checks.ts";
import type { PluginCheck, PluginSubject, PluginTestOptions, PluginWorker } from "./plugin-subject.ts";
import { type KitReport, registerChecks, type TestFunction } from "./test-function.ts";

/** All checks of `testPlugin`. */
export const allPluginChecks: readonly PluginCheck[] = [...pluginChecks, ...crossingChecks];

const optionDefinitions = {
  requiredOptions: objectOption(
    "an object: options by the name of the option that needs them",
    (value) => typeof value === "object" && value !== null,
  ),
  worker: objectOption("{ endpoint, plugin }", (value) => {
    return typeof value === "object" && value !== null && typeof (value as PluginWorker).plugin === "string" && "endpoint" in value;
  }),
};

/**
 * Registers the tests of a plugin, which offers a decoder to the command and the app: that its name, options, presets and required models
 * are correct, that `create` enforces exactly the described options, and that everything can be sent to a worker. Test the decoders that
 * it creates with `testDecoder`. A check that does not apply to the plugin gets no test of its own: one test names it with the reason, and
 * so does the report.
 * @throws InvalidOptionError for an unknown or invalid option, or an object that lacks a member of `DecoderPlugin`.
 */
export function testPlugin<Role extends ModelRole>(
  test: TestFunction,
  plugin: DecoderPlugin<Role>,
  options: PluginTestOptions = {},
): KitReport {
  resolveOptions("testPlugin", options, optionDefinitions);
  pluginsIn("testPlugin", plugin);
  // Its decoders receive all models and use those that they require.
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
