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

describe.each(Object.entries(plugins))("the plugin of %s, here and in a worker", (name, plugin) => {
  const { inapplicable } = testPlugin(test, plugin, { worker: { endpoint: worker, plugin: `@decodekit/${name}/plugin` } });
  test("every check applies", () => expect(inapplicable).toEqual([]));
});
