import { expect, test } from "vitest";
import { fromGenerationConfig } from "./generation-config.ts";
import type { Warning } from "../warnings.ts";

const read = (generationConfig: Readonly<Record<string, unknown>> | undefined) => {
  const warnings: Warning[] = [];
  return { ...fromGenerationConfig({ generationConfig }, { onWarning: (warning) => warnings.push(warning) }), warnings };
};

test.each([
  [undefined, { temperature: 0 }],
  [{}, { temperature: 0 }],
  [{ temperature: 0.6, top_p: 0.9 }, { temperature: 0 }],
  [{ do_sample: true }, { temperature: 1, p: 1 }],
  [
    { do_sample: true, temperature: 0.6, top_p: 0.9 },
    { temperature: 0.6, p: 0.9 },
  ],
  [{ do_sample: true, temperature: 0, top_p: 0.9 }, { temperature: 0 }],
  [
    { do_sample: true, temperature: null, top_p: null },
    { temperature: 1, p: 1 },
  ],
])("the sampling of %j", (config, sampling) => {
  expect(read(config)).toEqual({ sampling, ignored: [], warnings: [] });
});

test("the maximum of new tokens", () => {
  expect(read({ max_new_tokens: 256, max_length: 20 })).toEqual({
    maxNewTokens: 256,
    sampling: { temperature: 0 },
    ignored: [],
    warnings: [],
  });
});

test("settings without a counterpart are listed and reported, unless they have no effect", () => {
  const config = { do_sample: true, top_k: 20, repetition_penalty: 1.1, num_beams: 1, min_p: 0, bad_words_ids: [], typical_p: null };
  const { ignored, warnings } = read(config);
  expect(ignored).toEqual(["top_k", "repetition_penalty"]);
  expect(warnings[0]).toEqual({
    where: "fromGenerationConfig",
    option: "top_k",
    message: "top_k of the model's generation_config.json is ignored, since decodekit has no such setting. The output may differ.",
  });
  expect(read({ ...config, do_sample: false }).ignored).toEqual(["repetition_penalty"]);
});

test.each([
  ["temperature", -1],
  ["temperature", "hot"],
  ["top_p", 0],
  ["top_p", 2],
  ["max_new_tokens", 1.5],
])("an invalid %s (%j) is an error", (name, value) => {
  expect(() => read({ do_sample: true, [name]: value })).toThrow(`${name} of generation_config.json must be`);
});
