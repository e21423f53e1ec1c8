import { type DecoderPlugin, InvalidOptionError, MissingModelError, type PluginOption, type PluginOptionValues } from "@decodekit/core";
import { greedy } from "@decodekit/greedy";
import { describe, expect, test } from "vitest";
import { builtInDecoders } from "./built-in-decoders.ts";
import { parseDecoder } from "./parse-decoder.ts";

/** A plugin that records in `created` the options that `create` receives. */
function pluginWith(options: Readonly<Record<string, PluginOption>>, created: PluginOptionValues[] = []): DecoderPlugin<"causal"> {
  const create = (values: PluginOptionValues): ReturnType<DecoderPlugin<"causal">["create"]> => {
    created.push(values);
    return greedy();
  };
  return { name: "made-up", title: "Made up", description: "For tests", requires: ["causal"], options, presets: [{}], create };
}

const everyType = pluginWith({
  ratio: { type: "number", help: "", minimum: 0, exclusiveMinimum: true, maximum: 1 },
  steps: { type: "integer", help: "", minimum: 1 },
  tree: { type: "boolean", help: "" },
  order: { type: "string", help: "", choices: ["left", "right"] },
  note: { type: "string", help: "" },
  wide: { type: "number", help: "" },
  least: { type: "number", help: "", minimum: 2 },
});

describe("parseDecoder", () => {
  test("accepts a name alone", () => {
    expect(parseDecoder("greedy", builtInDecoders)).toMatchObject({ decoder: { name: "greedy" }, options: {} });
  });

  test("reads options by their types", () => {
    const { options } = parseDecoder("made-up: ratio=1e-1 , steps=3,tree,order=right,note=a=b", [everyType]);
    expect(options).toEqual({ ratio: 0.1, steps: 3, tree: true, order: "right", note: "a=b" });
    expect(parseDecoder("made-up:tree=false", [everyType]).options).toEqual({ tree: false });
  });

  test.each<[string, PluginOptionValues]>([
    [" made-up ", {}],
    ["made-up:", {}],
    ["made-up: , steps = 2 ,, tree ", { steps: 2, tree: true }],
    ["made-up:tree=true", { tree: true }],
    ["made-up:note=", { note: "" }],
    ["made-up:ratio=1,steps=1", { ratio: 1, steps: 1 }],
    ["made-up:ratio=1e-9", { ratio: 1e-9 }],
    ["made-up:ratio= 0.5", { ratio: 0.5 }],
    ["made-up:wide=-1e300", { wide: -1e300 }],
    ["made-up:least=2", { least: 2 }],
  ])("reads %j as %o", (specification, options) => {
    expect(parseDecoder(specification, [everyType]).options).toEqual(options);
  });

  test.each([
    ["made-up:ratio=0", "ratio", "a number in (0, 1]", "0"],
    ["made-up:ratio=1.000001", "ratio", "a number in (0, 1]", "1.000001"],
    ["made-up:ratio=", "ratio", "a number in (0, 1]", ""],
    ["made-up:ratio", "ratio", "ratio=VALUE with a number in (0, 1]", "ratio"],
    ["made-up:ratio= ", "ratio", "a number in (0, 1]", ""],
    ["made-up:steps=0", "steps", "an integer >= 1", "0"],
    ["made-up:steps=1e300", "steps", "an integer >= 1", "1e300"],
    ["made-up:least=1.5", "least", "a number >= 2", "1.5"],
    ["made-up:wide=NaN", "wide", "a number", "NaN"],
    ["made-up:tree=", "tree", "true or false", ""],
    ["made-up:order=", "order", 'one of "left", "right"', ""],
    ["made-up:note", "note", "note=VALUE with a string", "note"],
    ["made-up:steps=1,steps=2", "steps", "given once", "steps=1,steps=2"],
    ["made-up:=3", 'option ""', "one of ratio (a number in (0, 1]), steps (an integer >= 1)", ""],
  ])("rejects %j without calling the plugin", (specification, option, expected, actual) => {
    const error = expect.objectContaining({
      where: "made-up",
      option,
      expected: expect.stringContaining(expected) as string,
      actual,
    }) as Error;
    expect(() => parseDecoder(specification, [everyType])).toThrow(error);
  });

  test("rejects an unknown decoder", () => {
    for (const specification of ["none", ":p=1", ""]) {
      const error = expect.objectContaining({ where: "compare", option: "decoder", expected: "one of made-up" }) as Error;
      expect(() => parseDecoder(specification, [everyType])).toThrow(error);
    }
  });

  test("adds the defaults that have an effect beside the given options", () => {
    expect(parseDecoder("top-p:p=0.9", builtInDecoders).options).toEqual({ p: 0.9, temperature: 1 });
    expect(parseDecoder("top-p:temperature=0", builtInDecoders).options).toEqual({ temperature: 0 });
  });

  test("makes the decoder with the options that it reports", () => {
    const created: PluginOptionValues[] = [];
    const plugin = pluginWith(
      { steps: { type: "integer", help: "", default: 4 }, tree: { type: "boolean", help: "", default: true } },
      created,
    );
    const { options } = parseDecoder("made-up:tree=false", [plugin]);
    expect(options).toEqual({ tree: false, steps: 4 });
    expect(created.at(-1)).toEqual(options);
  });

  test.each([
    [
      "gredy",
      'decoder must be one of greedy, top-p, sample, top-k, min-p, typical, epsilon-cutoff, eta-cutoff, p-less, top-n-sigma, top-h, dynamic-temperature, xtc, mirostat, penalties, beam, contrastive, best-of-n, self-consistency, think-first, speculative, judged-tree, denoise-draft, fast-dllm, eb-sampler, klass, hierarchy, wino, llada, llada-2.1, dream, mdlm, remdm, mask-predict, d3pm, diffusion-gemma, ar-critic, ar-then-refine, confidence-cascade, got "gredy"',
    ],
    ["top-p:q=1", 'option "q" must be one of p (a number in (0, 1]), temperature (a number >= 0)'],
    ["top-p:constructor=1", 'option "constructor" must be one of'],
    ["greedy:p=1", 'option "p" must be left out, since greedy has no options'],
    ["top-p:p=0", "p must be a number in (0, 1]"],
    ["top-p:p=1.5", "p must be a number in (0, 1]"],
    ["top-p:p=high", "p must be a number in (0, 1]"],
    ["top-p:p=", "p must be a number in (0, 1]"],
    ["top-p:p", "p must be p=VALUE with a number in (0, 1]"],
    ["top-p:p=Infinity", "p must be a number in (0, 1]"],
    ["top-p:p=0.9,p=0.8", "p must be given once"],
    ["top-p:p=0.9,temperature=0", "p must be left out"],
    ["made-up:steps=1.5", "steps must be an integer >= 1"],
    ["made-up:tree=maybe", "tree must be true or false"],
    ["made-up:order=up", 'order must be one of "left", "right"'],
    ["made-up:note", "note must be note=VALUE with a string"],
  ])("rejects %s", (specification, message) => {
    const parse = (): unknown => parseDecoder(specification, specification.startsWith("made-up") ? [everyType] : builtInDecoders);
    expect(parse).toThrow(expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining(message) as string }));
  });

  test("adds no default to an option without one, nor one that has no effect beside the given options", () => {
    const plugin: DecoderPlugin<"causal"> = {
      ...pluginWith({
        steps: { type: "integer", help: "", default: 4, ineffectiveWith: { note: "any" } },
        note: { type: "string", help: "" },
      }),
      create(options) {
        if (Object.hasOwn(options, "note") && options["note"] === undefined) throw new Error("undefined was passed as a default");
        if (Object.hasOwn(options, "note") && Object.hasOwn(options, "steps"))
          throw new InvalidOptionError({ where: "made-up", option: "steps", expected: "left out", actual: 4 });
        return greedy();
      },
    };
    expect(parseDecoder("made-up", [plugin]).options).toEqual({ steps: 4 });
    expect(parseDecoder("made-up:note=x", [plugin]).options).toEqual({ note: "x" });
  });

  test.each([
    new Error("broken"),
    Object.assign(new Error("broken"), { code: "INVALID_OPTION" }),
    new MissingModelError("broken", "draft"),
  ])("passes on an error of create, also one that a default causes: %o", (error) => {
    const plugin: DecoderPlugin<"causal"> = {
      ...pluginWith({ steps: { type: "integer", help: "", default: 4 } }),
      create(options) {
        if (Object.hasOwn(options, "steps")) throw error;
        return greedy();
      },
    };
    expect(() => parseDecoder("made-up", [plugin])).toThrow(error);
  });

  test("passes on errors that are not about options", () => {
    const broken = {
      ...everyType,
      create: () => {
        throw new Error("broken");
      },
    };
    expect(() => parseDecoder("made-up", [broken])).toThrow("broken");
  });
});
