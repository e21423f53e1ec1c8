import { type DecoderPlugin, DrafterError, InvalidOptionError, ModelShapeError, runDecode } from "@decodekit/core";

const failures: Readonly<Record<string, () => unknown>> = {
  "type-error": () => new TypeError("not a function"),
  "model-shape": () => new ModelShapeError({ source: "a.onnx", tensor: "logits", expected: "float32", actual: "int8" }),
  drafter: () => new DrafterError("oracle", "guessed nothing.", new RangeError("out of range")),
  "with-function": () => new InvalidOptionError({ where: "faulty", option: "f", expected: "a number", actual: () => 1 }),
  "dom-exception": () => new DOMException("too much", "QuotaExceededError"),
  text: () => "only a text",
};

/** Throws whatever is asked for after its first pass. */
const plugin: DecoderPlugin<"causal"> = {
  name: "faulty",
  title: "Faulty",
  description: "Throws after one pass",
  requires: ["causal"],
  options: { failure: { type: "string", help: "What it throws", choices: Object.keys(failures), default: "type-error" } },
  presets: [{}],
  create: ({ failure = "type-error" }) => ({
    name: "faulty",
    requires: ["causal"],
    decode: (models, prompt, options) =>
      runDecode({ name: "faulty", requires: ["causal"] }, models, prompt, options, async function* (run) {
        const session = await run.openSession("causal");
        yield* session.forward(prompt, "prefill");
        throw failures[String(failure)]!();
      }),
  }),
};

export default plugin;
