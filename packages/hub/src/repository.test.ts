import { expect, test } from "vitest";
import { folderOf, isPathWithin, isRepositoryName, repositoryOf, resolveUrl } from "./repository.ts";

test.each(["gpt2", "org/name", "Org_1/SmolLM2-135M.v1"])("%s is the name of a repository, and of a folder", (name) => {
  expect(isRepositoryName(name)).toBe(true);
  expect(repositoryOf(folderOf(name))).toBe(name);
});

test.each(["", ".", "..", "org/", "/name", "a/b/c", "a--b", "a..b", "-a", "a/.b", "a b", "a\\b", "a%2fb", 7])(
  "%j is not the name of a repository",
  (name) => expect(isRepositoryName(name)).toBe(false),
);

test.each(["config.json", "onnx/model.onnx", "a b/ü.bin", "...", "a..b"])("%j stays within its folder", (path) => {
  expect(isPathWithin(path)).toBe(true);
});

test.each(["", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", "a\\b", "C:/a", "a\0", 7])("%j does not", (path) => {
  expect(isPathWithin(path)).toBe(false);
});

test.each(["datasets--a--b", "models--", "version.txt", "models--..--b"])("%s is not the folder of a model", (folder) => {
  expect(repositoryOf(folder)).toBeUndefined();
});

test("branches and paths are encoded in URLs", () => {
  const repository = { name: "org/name", revision: "refs/pr/1", endpoint: "https://hub.example" };
  expect(resolveUrl(repository, "refs/pr/1", "a b/c#.onnx")).toBe("https://hub.example/org/name/resolve/refs%2Fpr%2F1/a%20b/c%23.onnx");
});
