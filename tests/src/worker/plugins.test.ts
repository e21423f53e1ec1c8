import { builtInDecoders } from "@decodekit/compare";
import { testPlugin } from "@decodekit/conformance";
import type { DecoderPlugin } from "@decodekit/core";
import greedy from "@decodekit/greedy/plugin";
import refinement from "@decodekit/refinement/plugin";
import samplers from "@decodekit/samplers/plugin";
import search from "@decodekit/search/plugin";
import speculative from "@decodekit/speculative/plugin";
import topP from "@decodekit/top-p/plugin";
import { afterAll, describe, expect, test } from "vitest";
import { startNodeWorker } from "./start-node-worker.ts";

const { worker, stop } = await startNodeWorker();
afterAll(stop);

/** Plugins by module: a package exports its own from "./plugin"; the others are among the built-in decoders. */
const byPackage: Readonly<Record<string, readonly DecoderPlugin[]>> = {
  greedy: [greedy],
  "top-p": [topP],
  samplers,
  search,
  speculative,
  refinement,
};
const inPackages = Object.entries(byPackage).flatMap(([name, plugins]) =>
  plugins.map((plugin) => [plugin.name, `@decodekit/${name}/plugin`, plugin] as const),
);
const all: readonly (readonly [name: string, module: string, plugin: DecoderPlugin])[] = [
  ...inPackages,
  ...builtInDecoders
    .filter((plugin) => !inPackages.some(([, , known]) => known === plugin))
    .map((plugin) => [plugin.name, `built-in:${plugin.name}`, plugin] as const),
];

test("every built-in decoder is here", () => expect(new Set(all.map(([, , plugin]) => plugin))).toEqual(new Set(builtInDecoders)));

/** Each of the two times of remdm must leave room for the other. */
const requiredOptions = { timeOn: { variant: "loop", timeOff: 1e-7 }, timeOff: { variant: "loop", timeOn: 1 - 1e-7 } };

describe.each(all)("the plugin %s of %s, here and in a worker", (name, module, plugin) => {
  const options = { worker: { endpoint: worker, plugin: module }, ...(name === "remdm" && { requiredOptions }) };
  const { inapplicable } = testPlugin(test, plugin, options);
  test("every check applies", () => expect(inapplicable).toEqual([]));
});
