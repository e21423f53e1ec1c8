import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { testModel } from "@decodekit/conformance";
import { generate, type Warning } from "@decodekit/core";
import { fromTransformers, type LoadedTransformers, loadModel, type TransformersLanguageModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { promptLookup, speculative } from "@decodekit/speculative";
import { stories } from "@decodekit/tiny-models";
import { AutoModelForCausalLM, AutoTokenizer, env, LogLevel } from "@huggingface/transformers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CACHE } from "../support/cache.ts";

env.allowRemoteModels = false;
env.logLevel = LogLevel.ERROR;
const MODELS = fileURLToPath(new URL("../../../packages/tiny-models/models", import.meta.url));
const PROMPT = "Once upon a time, there was a little girl named Lily.";

async function load(
  folder: string,
  name: string,
  dtype: "fp32" | "q8",
): Promise<LoadedTransformers & { readonly model: { dispose(): Promise<unknown> } }> {
  env.localModelPath = folder;
  const session_options = { intraOpNumThreads: 1 };
  const [model, tokenizer] = [
    await AutoModelForCausalLM.from_pretrained(name, { dtype, device: "cpu", session_options }),
    await AutoTokenizer.from_pretrained(name),
  ];
  return { model, tokenizer };
}

let loaded: Awaited<ReturnType<typeof load>>;
let model: TransformersLanguageModel;
beforeAll(async () => {
  loaded = await load(MODELS, "stories", "fp32");
  model = await fromTransformers(loaded, { name: "stories" });
}, 60_000);
afterAll(() => loaded.model.dispose());

/** Greedy tokens of transformers.js itself. */
async function ownTokens(prompt: string, newTokens: number): Promise<readonly number[]> {
  const { model: own, tokenizer } = loaded as unknown as {
    model: GeneratingModel;
    tokenizer: (text: string) => { input_ids: { dims: readonly number[] } };
  };
  const inputs = tokenizer(prompt);
  const output = await own.generate({ ...inputs, max_new_tokens: newTokens, do_sample: false });
  return output.tolist()[0]!.slice(inputs.input_ids.dims[1]).map(Number);
}

interface GeneratingModel {
  generate(options: object): Promise<{ tolist(): readonly (readonly bigint[])[] }>;
}

describe("a model of transformers.js", () => {
  test("decodes in its session as loadModel and transformers.js do on the same file", async () => {
    await using own = await loadModel(stories);
    const [there, here] = await Promise.all(
      [model, own].map((each) => generate(each, PROMPT, { decoder: greedy(), maxNewTokens: 40 }).result),
    );
    expect(there!.text).toBe(here!.text);
    expect([...there!.tokens]).toEqual(await ownTokens(PROMPT, 40));
    expect(model).toMatchObject({ name: "stories", execution: "native", stopTokens: own.stopTokens });
  });

  test("verifies drafts in it", async () => {
    const prompt = "Tom had a red ball. Tom had a red ball. Tom had";
    const [plain, drafted] = [
      await generate(model, prompt, { decoder: greedy(), maxNewTokens: 24 }).result,
      await generate(model, prompt, { decoder: speculative({ drafter: promptLookup(), draftLength: 4 }), maxNewTokens: 24 }).result,
    ];
    expect(drafted.text).toBe(plain.text);
    expect(drafted.statistics.accepted).toBeGreaterThanOrEqual(3);
  });

  test("stays its owner's", async () => {
    const borrowed = await fromTransformers(loaded);
    await borrowed.dispose();
    await expect(borrowed.causal.createSession()).rejects.toMatchObject({ code: "DISPOSED" });
    expect(await ownTokens(PROMPT, 4)).toHaveLength(4);
  });

  test.each<[string, (parts: LoadedTransformers) => unknown, RegExp]>([
    ["no model", ({ tokenizer }) => ({ tokenizer }), /model must be a model that transformers\.js has loaded/u],
    ["no tokenizer", ({ model: each }) => ({ model: each }), /tokenizer must be a tokenizer that transformers\.js 4 has loaded/u],
    [
      "several sessions",
      ({ model: each, tokenizer }) => ({ tokenizer, model: { ...each, sessions: { ...each.sessions, decoder_model_merged: {} } } }),
      /must be a decoder in one session, "model", got the sessions model, decoder_model_merged/u,
    ],
    [
      "a session on a GPU",
      ({ model: each, tokenizer }) => ({
        tokenizer,
        model: { ...each, config: each.config, sessions: { model: onGpu(each.sessions["model"]) } },
      }),
      /model must be loaded with the device "wasm" or "cpu"/u,
    ],
  ])("refuses %s", async (_what, change, message) => {
    await expect(fromTransformers(change(loaded) as LoadedTransformers)).rejects.toThrow(message);
  });
});

function onGpu(session: unknown): unknown {
  return new Proxy(session as object, { get: (target, name) => (name === "config" ? { device: "webgpu" } : Reflect.get(target, name)) });
}

describe("its sessions", () => {
  testModel(test, undefinedUntilLoaded(), { tolerance: 1e-4 });
});

/** The kit is told of a model before it is loaded. */
function undefinedUntilLoaded(): TransformersLanguageModel["causal"] {
  const capabilities = { rewind: true, fork: true, tree: false, rowConsistency: "rounding" } as const;
  return { kind: "causal", vocabSize: 4096, contextLength: 512, capabilities, createSession: () => model.causal.createSession() };
}

const hasChatModel = existsSync(path.join(CACHE, "smollm2/onnx/model_quantized.onnx"));
describe.skipIf(!hasChatModel)("the chat model (needs Python and the recipe)", () => {
  test("chats through its own template, and a file with one scale for all rows says so", { timeout: 120_000 }, async () => {
    const chat = await load(CACHE, "smollm2", "q8");
    expect((await fromTransformers(chat, { onWarning: () => undefined })).chat).toBeUndefined();
    const chatTemplate = readFileSync(path.join(CACHE, "smollm2/chat_template.jinja"), "utf8");
    const warnings: Warning[] = [];
    const borrowed = await fromTransformers(chat, { chatTemplate, onWarning: (warning) => void warnings.push(warning) });
    await using own = await loadModel(path.join(CACHE, "smollm2"), { dtype: "q8" });
    const messages = [{ role: "user", content: "What is the capital of France?" }];
    expect(borrowed.chat!.render(messages)).toBe(own.chat!.render(messages));
    expect((await generate(borrowed, messages, { decoder: greedy(), maxNewTokens: 12 }).result).text).toContain("Paris");
    expect(borrowed.causal.capabilities.rowConsistency).toBe("mixed");
    expect(warnings.map(({ message }) => message).join()).toContain("gives a token other logits if it is read in a pass with others");
    await chat.model.dispose();
  });
});
