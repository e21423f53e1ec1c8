import type { ModelFiles } from "@decodekit/core/onnx";
import { storiesDraft } from "@decodekit/tiny-models";
import { splitModel } from "./split-model.ts";

/** Returns the small story model cut in two; `read` returns the bytes of a file. */
export async function splitStories(read: (url: URL) => Promise<Uint8Array>): Promise<ModelFiles> {
  const { "onnx/model.onnx": whole, ...files } = storiesDraft.files;
  const { embeddings, decoder } = splitModel(await read(new URL(whole!)));
  return {
    name: "split stories",
    files: { ...files, "onnx/decoder_model_merged.onnx": urlOf(decoder), "onnx/embed_tokens.onnx": urlOf(embeddings) },
  };
}

function urlOf(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += 4096) text += String.fromCharCode(...bytes.subarray(start, start + 4096));
  return `data:application/octet-stream;base64,${btoa(text)}`;
}
