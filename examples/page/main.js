// Generates text in the page, on WebGPU where there is one. Each click ends the decode before it.
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { topP } from "@decodekit/top-p";
import { stories } from "@decodekit/tiny-models";

const [form, button, output] = ["form", "button", "output"].map((name) => document.querySelector(name));
const model = await loadModel(stories, {
  onProgress: ({ file, loadedBytes }) => (output.textContent = `${file}: ${loadedBytes} bytes`),
});
output.textContent = `Ready on ${model.execution}.`;
button.disabled = false;

let seed = 0;
let controller = new AbortController();
async function run(prompt) {
  controller.abort();
  controller = new AbortController();
  const { signal } = controller;
  output.textContent = prompt;
  const { textStream } = generate(model, prompt, { decoder: topP({ p: 0.9 }), seed: seed++, maxNewTokens: 80, signal });
  for await (const piece of textStream) if (!signal.aborted) output.textContent += piece;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void run(new FormData(form).get("prompt"));
});
