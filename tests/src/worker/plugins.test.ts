import { builtInDecoders } from "@decodekit/compare";
import { testPlugin } from "@decodekit/conformance";
import type { DecoderPlugin } from "@decodekit/core";
import greedy from "@decodekit/greedy/plugin";
import refine from "@decodekit/refinement/plugin";
import speculative from "@decodekit/speculative/plugin";
import topP from "@decodekit/top-p/plugin";
import { afterAll, describe, expect, test } from "vitest";
import { startNodeWorker } from "./start-node-worker.ts";

const { worker, stop } = await startNodeWorker();
afterAll(stop);

/** By the name of their package. */
const plugins: Readonly<Record<string, DecoderPlugin>> = { greedy, "top-p": topP, speculative, refinement: refine };
/** By their module: those of a package are its default export, the others are found among the built-in decoders. */
const modules: readonly (readonly [string, DecoderPlugin])[] = [
  ...Object.entries(plugins).map(([name, plugin]) => [`@decodekit/${name}/plugin`, plugin] as const),
  ...builtInDecoders
    .filter((plugin) => !Object.values(plugins).includes(plugin))
    .map((plugin) => [`built-in:${plugin.name}`, plugin] as const),
];

test("every built-in decoder is here", () => expect(new Set(modules.map(([, plugin]) => plugin))).toEqual(new Set(builtInDecoders)));

describe.each(modules)("the plugin %s, here and in a worker", (module, plugin) => {
  const { inapplicable } = testPlugin(test, plugin, { worker: { endpoint: worker, plugin: module } });
  test("every check applies", () => expect(inapplicable).toEqual([]));
});
