// The files of the model, by their names in its folder, where build.js copies them. With loadModel("stories"), the page would
// also ask for files that other models have, and its console would show them as not found.
const FILES = ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "onnx/canvas.onnx", "onnx/model.onnx"];

export const stories = {
  name: "stories",
  files: Object.fromEntries(FILES.map((file) => [file, new URL(`stories/${file}`, document.baseURI)])),
};
