import { expect, test } from "vitest";
import { readHubAddress } from "./hub-address.ts";

test.each([
  ["org/name", { repository: "org/name" }],
  [" HuggingFaceTB/SmolLM2-135M.Instruct ", { repository: "HuggingFaceTB/SmolLM2-135M.Instruct" }],
  ["org/name@refs/pr/1", { repository: "org/name", revision: "refs/pr/1" }],
  ["https://huggingface.co/org/name", { repository: "org/name" }],
  ["https://www.huggingface.co/org/name/?library=onnx#files", { repository: "org/name" }],
  ["https://huggingface.co/org/name/tree/main", { repository: "org/name", revision: "main" }],
  ["https://huggingface.co/org/name/tree/refs%2Fpr%2F1/onnx", { repository: "org/name", revision: "refs/pr/1" }],
  ["https://huggingface.co/org/name/blob/v1/onnx/model.onnx", { repository: "org/name", revision: "v1" }],
  ["https://huggingface.co/org/name/resolve/main/", { repository: "org/name", revision: "main" }],
  ["https://huggingface.co/org/name/discussions/3", { repository: "org/name" }],
])("%s names a model", (text, expected) => expect(readHubAddress(text)).toEqual(expected));

test.each([
  "",
  "name",
  "org/name/more",
  "../name",
  "org/name@",
  "org/name@../x",
  "org/na me",
  "https://huggingface.co/",
  "https://huggingface.co/org",
  "https://huggingface.co/datasets/org/name",
  "https://huggingface.co/%ff/name",
  "https://example.org/org/name",
  "javascript:alert(1)",
])("%j names none", (text) => expect(readHubAddress(text)).toBeUndefined());

test("pages of another hub are read with its URL", () => {
  const mirror = "https://mirror.example/hub/";
  expect(readHubAddress("https://mirror.example/hub/org/name/tree/v2", mirror)).toEqual({ repository: "org/name", revision: "v2" });
  expect(readHubAddress("https://huggingface.co/org/name", mirror)).toBeUndefined();
  expect(readHubAddress("https://mirror.example/org/name", mirror)).toBeUndefined();
});
