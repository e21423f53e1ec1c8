import { testDecoder, type TestFunction } from "@decodekit/conformance";
import type { PluginOptionValues } from "@decodekit/core";
import { type Endpoint, importDecoder } from "@decodekit/core/worker";

/** One decoder for each way in which sessions, models and events are transferred. */
const subjects: readonly (readonly [plugin: string, options: PluginOptionValues])[] = [
  ["greedy", {}],
  ["top-p", { p: 0.9, temperature: 0.8 }],
  ["speculative", { drafter: "draft-model", verify: "ratio", temperature: 1, draftLength: 3 }],
  ["speculative", { drafter: "ddtree", draftLength: 4 }],
  ["speculative", { drafter: "masked-draft", draftLength: 2 }],
];

/** Runs the whole conformance kit on decoders in `worker`, with the kit's models in this thread. */
export async function testConformance(test: TestFunction, worker: Endpoint): Promise<void> {
  for (const [plugin, options] of subjects) {
    const decoder = await importDecoder(worker, { plugin: `@decodekit/${plugin}/plugin`, name: plugin, options });
    testDecoder(
      (name, run) => test(`${plugin} ${JSON.stringify(options)} in a worker: ${name}`, run),
      () => decoder,
      { provedElsewhere: "in the decoder's own package: enumerated draws cannot be transferred to a worker" },
    );
  }
}
