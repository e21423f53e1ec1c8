import { testPlugin } from "@decodekit/conformance";
import { describe, expect, test } from "vitest";
import plugins from "./plugin.ts";

describe.each(plugins.map((plugin) => [plugin.name, plugin] as const))("%s", (_, plugin) => {
  testPlugin(test, plugin);
});

describe("sample", () => {
  const sample = plugins[0]!;
  const { options } = sample;
  const create = (given: Parameters<typeof sample.create>[0]): unknown => sample.create(given);

  test("an option that its preset does not have is an error that names those it has", () => {
    expect(() => create({ preset: "vllm", typical_p: 0.5 })).toThrow(
      /vllm: option "typical_p" must be one of its options \(temperature, /u,
    );
    expect(() => create({ preset: "hf", repeat_last_n: 3 })).toThrow(/hf: option "repeat_last_n"/u);
    expect(() => create({ preset: "ollama" })).toThrow("sample: preset must be one of hf, llama-cpp, vllm");
  });

  test("a value out of the range of its preset is an error", () => {
    expect(() => create({ preset: "hf", temperature: 0 })).toThrow("hf: temperature must be a number > 0");
    expect(() => create({ preset: "vllm", presence_penalty: 3 })).toThrow("in [-2, 2]");
    expect(() => create({ preset: "llama-cpp", temperature: 0 })).not.toThrow();
  });

  test("the form shows an option only with presets that have it, and tells their defaults", () => {
    expect(options["min_p"]!.ineffectiveWith).toBeUndefined();
    expect(options["min_p"]!.help).toContain("(default hf none, llama-cpp 0.05, vllm 0)");
    expect(options["mirostat"]!.ineffectiveWith).toEqual({ preset: ["hf", "vllm"] });
  });
});
