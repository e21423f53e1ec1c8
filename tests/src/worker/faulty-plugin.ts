import { type DecoderPlugin, defineDecoder, DrafterError, InvalidOptionError } from "@decodekit/core";
import { ModelShapeError } from "@decodekit/core/onnx";

const failures: Readonly<Record<string, () => unknown>> = {
  "type-error": () => new TypeError("not a function"),
  "model-shape": () => new ModelShapeError({ source: "a.onnx", tensor: "logits", expected: "float32", actual: "int8" }),
  drafter: () => new DrafterError("oracle", "drafted nothing.", new RangeError("out of range")),
  "with-function": () => new InvalidOptionError({ where: "faulty", option: "f", expected: "a number", actual: () => 1 }),
  "dom-exception": () => new DOMException("too much", "QuotaExceededError"),
  text: () => "only a string",
};

/** Throws the chosen error after its first pass. */
const plugin: DecoderPlugin<"causal"> = {
  name: "faulty",
  title: "Faulty",
  description: "Throws after one pass",
  requires: ["causal"],
  options: { failure: { type: "string", help: "What it throws", choices: Object.keys(failures), default: "type-error" } },
  presets: [{}],
  create: ({ failure = "type-error" }) =>
    defineDecoder<"causal">({
      name: "faulty",
      requires: ["causal"],
      async *run(context) {
        const session = await context.openSession("causal");
        yield* session.forward(context.tokens, "prefill");
        throw failures[String(failure)]!();
      },
    }),
};

export default plugin;
