import { losslessCases, testPlugin } from "@decodekit/conformance";
import { autoregressive, InvalidOptionError, MissingModelError, seededRandom } from "@decodekit/core";
import { collectDecode, tableModel } from "@decodekit/core/testing";
import { topPSampler } from "@decodekit/top-p";
import { describe, expect, test } from "vitest";
import plugin from "./plugin.ts";
import { temperatureSampler } from "./temperature-sampler.ts";

const { models, prompt } = losslessCases([1])[0]!;
const decode = { maxNewTokens: 12, seed: 3 };

describe("the plugin", () => {
  testPlugin(test, plugin);

  test.each(plugin.options["drafter"]!.choices!)("makes the drafter %s, and says what it needs", async (drafter) => {
    for (const draftLength of ["auto", "3", 2]) {
      const decoder = plugin.create({ drafter, draftLength });
      const extra = { "draft-model": ["draft"], "masked-draft": ["masked"], ddtree: ["masked"] }[drafter] ?? [];
      expect(decoder).toMatchObject({ name: plugin.name, requires: ["causal", ...extra] });
      const { tokens } = await collectDecode(decoder.decode(models, prompt, decode));
      const greedy = autoregressive({ name: "greedy", sampler: temperatureSampler(0, 1) });
      expect(tokens).toEqual((await collectDecode(greedy.decode(models, prompt, decode))).tokens);
    }
  });

  test("samples like top-p with the same seed", async () => {
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
    [{ drafter: "oracle" }, "drafter must be one of prompt-lookup, suffix"],
    [{ drafter: "prompt-lookup", verify: "ratio" }, 'verify must be one of "match", "gumbel"'],
    [{ verify: "maybe" }, "verify must be one of"],
    [{ verify: "gumbel" }, "verify must be another one at temperature 0"],
    [{ draftLength: "0" }, "draftLength must be an integer >= 1 or auto"],
    [{ draftLength: true }, "draftLength must be an integer >= 1 or auto"],
    [{ temperature: -1 }, "temperature must be a number >= 0"],
    [{ temperature: 1, p: 0 }, "p must be a number in (0, 1]"],
    [{ p: 0.9 }, "p must be left out or 1 at temperature 0"],
    [{ length: 3 }, 'option "length" must be one of its options'],
  ])("refuses %o", (options, message) => {
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

test.each([
  { temperature: 1, p: 1 },
  { temperature: 0.7, p: 0.9 },
  { temperature: 2, p: 0.05 },
  { temperature: 1, p: 0.999 },
])("its sampler is top-p's, bit for bit: %o", ({ temperature, p }) => {
  for (let seed = 0; seed < 20; seed++) {
    const random = seededRandom(seed);
    const row = Float32Array.from({ length: 60 }, () => Math.round(8 * random.uniform()) / 2);
    const context = { tokens: prompt, promptLength: 1 };
    expect(temperatureSampler(temperature, p).distribution(row, context)).toEqual(
      topPSampler({ temperature, p }).distribution(row, context),
    );
  }
});
