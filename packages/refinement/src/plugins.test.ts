import { testPlugin } from "@decodekit/conformance";
import { describe, test } from "vitest";
import { hybridPlugins } from "./hybrid-plugins.ts";
import refine from "./plugin.ts";

describe.each([refine, ...hybridPlugins].map((plugin) => [plugin.name, plugin] as const))("the plugin %s", (_, plugin) => {
  testPlugin(test, plugin);
});
