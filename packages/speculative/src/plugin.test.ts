import { losslessCases, testPlugin } from "@decodekit/conformance";
import { autoregressive, type BlockHead, greedySampler, InvalidOptionError, MissingModelError } from "@decodekit/core";
import { collectDecode, tableModel } from "@decodekit/core/testing";
import { topPSampler } from "@decodekit/top-p";
import { describe, expect, test } from "vitest";
import plugins from "./plugin.ts";
import { speculativePlugin as plugin } from "./speculative-plugin.ts";

const { models, prompt } = losslessCases([1])[0]!;
const decode = { maxNewTokens: 12, seed: 3 };
/** The models' own head is an EAGLE head, whose sessions have the calls of a DFlash head too. */
const blockHead = { ...models.causal.draftHead, kind: "dflash", blockSize: 5 } as unknown as BlockHead;
const withBlockHead = { ...models, causal: { ...models.causal, draftHead: blockHead } };

describe.each(plugins.map((each) => [each.name, each] as const))("the plugin %s", (_, each) => {
  testPlugin(test, each);
});

describe("the speculative plugin", () => {
  test.each(plugin.options["drafter"]!.choices!)("creates the drafter %s, and declares its requirements", async (drafter) => {
    for (const draftLength of ["auto", "3", 2]) {
      const decoder = plugin.create({ drafter, draftLength });
      const extra = { "draft-model": ["draft"], "masked-draft": ["masked"], ddtree: ["masked"] }[drafter] ?? [];
      expect(decoder).toMatchObject({ name: plugin.name, requires: ["causal", ...extra] });
      const { tokens } = await collectDecode(decoder.decode(decoder.draftHead === "dflash" ? withBlockHead : models, prompt, decode));
      const greedy = autoregressive({ name: "greedy", sampler: greedySampler });
      expect(tokens).toEqual((await collectDecode(greedy.decode(models, prompt, decode))).tokens);
    }
  });

  test("samples like top-p for the same seed", async () => {
    const settings = { p: 0.8, temperature: 1.3 };
    const plain = await collectDecode(autoregressive({ name: "top-p", sampler: topPSampler(settings) }).decode(models, prompt, decode));
    const { tokens } = await collectDecode(plugin.create({ drafter: "suffix", ...settings }).decode(models, prompt, decode));
    expect(tokens).toEqual(plain.tokens);
  });

  test("reports a model that is missing", async () => {
    const causal = tableModel({ probabilities: [[1]] });
    const decoder = plugin.create({ drafter: "draft-model" });
    await expect(collectDecode(decoder.decode({ causal } as never, Int32Array.of(0), decode))).rejects.toThrow(MissingModelError);
  });

  test.each([
    [{ drafter: "oracle" }, 'drafter must be one of "prompt-lookup", "suffix"'],
    [{ drafter: "prompt-lookup", verify: "ratio" }, 'verify must be one of "match", "gumbel"'],
    [{ verify: "maybe" }, "verify must be one of"],
    [{ verify: "gumbel" }, "verify must be another rule at temperature 0"],
    [{ draftLength: "0" }, "draftLength must be an integer >= 1 or auto"],
    [{ draftLength: true }, "draftLength must be an integer >= 1 or auto"],
    [{ temperature: -1 }, "temperature must be a number >= 0"],
    [{ temperature: 1, p: 0 }, "p must be a number in (0, 1]"],
    [{ p: 0.9 }, "p must be left out or 1 at temperature 0"],
    [{ length: 3 }, 'option "length" must be one of its options'],
  ])("rejects %o", (options, message) => {
    expect(() => plugin.create(options as Record<string, string>)).toThrow(InvalidOptionError);
    expect(() => plugin.create(options as Record<string, string>)).toThrow(message);
  });

  test("has presets that run, one of them on any causal model", async () => {
    for (const preset of plugin.presets) {
      expect((await collectDecode(plugin.create(preset).decode(models, prompt, decode))).tokens).toHaveLength(12);
    }
    expect(plugin.presets.some((preset) => plugin.create(preset).requires.join() === "causal")).toBe(true);
  });
});
