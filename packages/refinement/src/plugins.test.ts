import { testPlugin } from "@decodekit/conformance";
import { describe, test } from "vitest";
import plugins from "./plugin.ts";

// Each of the two times must leave room for the other.
const requiredOptions = {
  timeOn: { variant: "loop", timeOff: 1e-7 },
  timeOff: { variant: "loop", timeOn: 1 - 1e-7 },
};

describe.each(plugins.map((plugin) => [plugin.name, plugin] as const))("the plugin %s", (name, plugin) => {
  testPlugin(test, plugin, name === "remdm" ? { requiredOptions } : {});
});
