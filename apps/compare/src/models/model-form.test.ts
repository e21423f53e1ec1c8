import { describe, expect, test } from "vitest";
import { newDocument, withModel } from "../document/run-document.ts";
import { texts } from "../texts/texts.ts";
import { defaultSettings, type Settings } from "../url/settings.ts";
import { findGraphs, type LocalGraph } from "./local-files.ts";
import { choiceOf, formOf, localChoice, type ModelForm } from "./model-form.ts";

const cpu = { gpu: false, float16: false };
const gpu = { gpu: true, float16: true };
const t = texts.models.problems;
const { hub } = defaultSettings;
const shown = (settings: Partial<Settings> = {}): ModelForm => formOf(newDocument({ ...defaultSettings, ...settings }));
const graphsIn = (...paths: readonly string[]): readonly LocalGraph[] => {
  const found = findGraphs(paths.map((path) => ({ path, file: new File(["x"], path) })));
  if ("problem" in found) throw new Error(found.problem);
  return found;
};
const folder = (name: string, ...graphs: readonly string[]): readonly string[] =>
  ["config.json", "tokenizer.json", ...graphs].map((path) => `${name}/${path}`);

describe("the fields show the model of the document, and give it back unchanged", () => {
  test.each<Partial<Settings>>([
    {},
    { model: "puzzles" },
    { model: "HuggingFaceTB/SmolLM2-360M-Instruct", dtype: "q8", draftModel: "HuggingFaceTB/SmolLM2-135M-Instruct" },
    { model: "org/name@v1", dtype: "q4", hub: "https://mirror.example" },
    { model: "HuggingFaceTB/SmolLM2-360M-Instruct@v1" },
    { model: "https://example.org/m/", draftModel: "stories" },
  ])("%j", (settings) => {
    const { document, chosen } = roundTrip(settings);
    expect("problem" in chosen).toBe(false);
    expect(withModel(document, chosen as Parameters<typeof withModel>[1]).settings).toEqual(document.settings);
  });

  function roundTrip(settings: Partial<Settings>) {
    const document = newDocument({ ...defaultSettings, lanes: [{ decoder: "greedy" }], ...settings });
    return { document, chosen: choiceOf(formOf(document), cpu) };
  }

  test("except that a popular model gets the data type that is advised for the device", () => {
    const form = shown({ model: "HuggingFaceTB/SmolLM2-135M-Instruct" });
    expect(choiceOf(form, cpu)).toMatchObject({ dtype: "fp16" });
    expect(choiceOf(form, gpu)).toMatchObject({ dtype: "q4f16" });
  });
});

describe("the fields of a model of the Hub", () => {
  const named = (part: Partial<ModelForm>) => choiceOf({ ...shown(), place: "hub", ...part }, cpu);

  test("name a repository, a data type or file, a hub and a draft model", () => {
    expect(named({ address: "org/name", dtype: "q4", hub: " https://mirror.example/ ", draft: " org/small " })).toEqual({
      model: "org/name",
      dtype: "q4",
      hub: "https://mirror.example",
      draftModel: "org/small",
    });
    const page = "https://huggingface.co/org/name/blob/main/onnx/model_q8f16.onnx";
    expect(named({ address: page, draft: "https://huggingface.co/org/small" })).toMatchObject({
      model: "org/name",
      dtype: "auto",
      modelFile: "onnx/model_q8f16.onnx",
      hub,
      draftModel: "org/small",
    });
    expect(named({ address: "https://mirror.org/org/name/tree/main" })).toMatchObject({ model: "org/name", hub: "https://mirror.org" });
  });

  test.each<[Partial<ModelForm>, field: string, problem: string]>([
    [{ address: "" }, "address", t.empty],
    [{ address: "org/name-GGUF" }, "address", t.gguf],
    [{ address: "org/name", hub: "mirror" }, "hub", t.wrongHub],
    [{ address: "org/name", draft: "small" }, "draft", t.wrong],
    [{ address: "org/name", draft: "https://huggingface.co/org/small/blob/main/onnx/model_q4.onnx" }, "draft", t.draftFile],
  ])("%j are refused at the field %s", (part, field, problem) => {
    expect(named(part)).toEqual({ field, problem });
  });
});

describe("the files of this device", () => {
  const chosen = (part: Partial<ModelForm>) => choiceOf({ ...shown(), place: "device", ...part }, cpu);

  test("are needed", () => {
    expect(chosen({})).toEqual({ field: "files", problem: t.noFiles });
  });

  test("of the usual names leave the choice to the loader, and any file can be chosen", () => {
    const graphs = graphsIn(...folder("smol", "onnx/model.onnx", "onnx/model_q4.onnx"));
    expect(chosen({ local: localChoice(graphs) })).toMatchObject({ model: { name: "smol" }, modelFile: "" });
    expect(chosen({ local: { graphs, graph: graphs[1] } })).toMatchObject({ model: { name: "smol" }, modelFile: "onnx/model_q4.onnx" });
  });

  test("of other names, or of several models, begin with the first", () => {
    expect(chosen({ local: localChoice(graphsIn(...folder("own", "graph.onnx"))) })).toMatchObject({ modelFile: "graph.onnx" });
    const two = graphsIn(...folder("a", "model.onnx"), ...folder("b", "model.onnx"));
    expect(chosen({ local: localChoice(two) })).toMatchObject({ model: { name: "a" }, modelFile: "model.onnx" });
  });

  test("can have a draft model too", () => {
    const local = localChoice(graphsIn(...folder("own", "model.onnx")));
    expect(chosen({ local, draft: "stories" })).toMatchObject({ draftModel: "stories" });
  });
});
