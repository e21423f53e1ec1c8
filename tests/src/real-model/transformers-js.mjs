// Greedy tokens of transformers.js. The runtime is onnxruntime-node, unless another was set before the first call.
import { readFileSync } from "node:fs";
import path from "node:path";

/**
 * Returns for each conversation the prompt's tokens and at most `newTokens` greedy tokens, with the one that ends the text.
 * `kind` is one of kinds.ts; `cache` is the folder that holds the models.
 */
export async function transformersJsTokens({ folder, modelFile }, { cache, conversations, newTokens, execution = "native" }) {
  const { AutoConfig, AutoModelForCausalLM, AutoTokenizer, env, LogLevel } = await import("@huggingface/transformers");
  env.allowRemoteModels = false;
  env.localModelPath = cache;
  env.logLevel = LogLevel.ERROR;
  // The runtime's own files, in place of those of a CDN.
  if (execution === "wasm") delete env.backends.onnx.wasm.wasmPaths;
  const [tokenizer, config] = [await AutoTokenizer.from_pretrained("smollm2"), await AutoConfig.from_pretrained("smollm2")];
  const model = await AutoModelForCausalLM.from_pretrained(folder, {
    config,
    dtype: "fp32", // which adds nothing to the file's name
    subfolder: path.dirname(modelFile).replace(/^\.$/, ""),
    model_file_name: path.basename(modelFile, ".onnx"),
    ...(execution === "native"
      ? { device: "cpu", session_options: { intraOpNumThreads: 1 } }
      : { device: "auto", session_options: wasmOptions(path.join(cache, folder, modelFile)) }),
  });
  // Where the graph of onnxruntime-genai has a name in place of the head size, transformers.js takes 0.
  for (const { name, shape } of model.sessions.model.inputMetadata) if (name.startsWith("past_key_values.")) shape[3] = config.head_dim;
  const chat_template = readFileSync(path.join(cache, "smollm2", "chat_template.jinja"), "utf8");
  const cases = [];
  for (const { name, messages } of conversations) {
    const inputs = tokenizer.apply_chat_template(messages, { chat_template, add_generation_prompt: true, return_dict: true });
    const prompt = inputs.input_ids.tolist()[0].map(Number);
    const output = await model.generate({ ...inputs, max_new_tokens: newTokens, do_sample: false });
    cases.push({ name, prompt, tokens: output.tolist()[0].map(Number).slice(prompt.length) });
  }
  await model.dispose();
  return cases;
}

/** onnxruntime-web opens no files beside the graph itself. */
function wasmOptions(graph) {
  const externalData = [`${graph}_data`, `${graph}.data`].flatMap((file) => {
    try {
      return [{ path: path.basename(file), data: readFileSync(file) }];
    } catch {
      return [];
    }
  });
  return { executionProviders: ["wasm"], externalData };
}
