import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "decodekit-lint-"));
  copyFileSync(path.join(root, ".oxlintrc.json"), path.join(folder, ".oxlintrc.json"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Lints `files` (path → content) with the rules of this repository. */
function lint(files: Readonly<Record<string, string>>): { readonly status: number | null; readonly output: string } {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  const oxlint = path.join(root, "node_modules/oxlint/bin/oxlint");
  const { status, stdout, stderr } = spawnSync(process.execPath, [oxlint], { cwd: folder, encoding: "utf8" });
  return { status, output: stdout + stderr };
}

const importOf = (specifier: string): string => `import { a } from "${specifier}";\nexport const b: unknown = a;\n`;

test("what the layers allow passes", () => {
  const { status, output } = lint({
    "packages/greedy/src/a.ts": importOf("@decodekit/core"),
    "packages/core/src/decode/a.ts": importOf("../contracts/model.ts"),
    "packages/core/src/onnx/a.ts": importOf("onnxruntime-common"),
    "packages/core/src/worker/a.ts": importOf("../onnx/index.ts"),
    "packages/hub/src/a.ts": importOf("@decodekit/core"),
    "packages/hub/src/b.ts": importOf("@decodekit/core/onnx"),
    "packages/hub/src/c.ts": importOf("@decodekit/core/toolkit"),
    "packages/remote/src/a.ts": importOf("@decodekit/core/toolkit"),
    "packages/chat/src/a.ts": importOf("@decodekit/samplers"),
    "packages/ai-sdk/src/a.ts": importOf("@decodekit/chat"),
    "packages/server/src/a.ts": importOf("@decodekit/chat"),
    "packages/server/src/node.ts": importOf("@hono/node-server"),
    "packages/compare/src/a.ts": importOf("@decodekit/greedy"),
    "packages/speculative/src/a.test.ts": importOf("@decodekit/top-p"),
  });
  expect(output).toContain("Found 0 warnings and 0 errors");
  expect(status).toBe(0);
});

test.each([
  ["a strategy imports a strategy", "packages/speculative/src/a.ts", "@decodekit/top-p"],
  ["a strategy imports the plugin of a strategy", "packages/greedy/src/a.ts", "@decodekit/refinement/plugin"],
  ["a strategy imports the runtime of core", "packages/refinement/src/select/a.ts", "@decodekit/core/onnx"],
  ["a strategy imports onnxruntime", "packages/top-p/src/a.ts", "onnxruntime-web"],
  ["core imports core/onnx", "packages/core/src/generate/a.ts", "../onnx/index.ts"],
  ["the index of core imports core/onnx", "packages/core/src/index.ts", "./onnx/index.ts"],
  ["core imports core/worker", "packages/core/src/decode/a.ts", "../worker/index.ts"],
  ["core imports a dependency of its runtime", "packages/core/src/text/a.ts", "@huggingface/tokenizers"],
  ["core/testing imports core/onnx", "packages/core/src/testing/a.ts", "../onnx/index.ts"],
  ["contracts import the decode loop", "packages/core/src/contracts/a.ts", "../decode/define-decoder.ts"],
  ["sampling imports generate", "packages/core/src/sampling/a.ts", "../generate/generate.ts"],
  ["core/onnx imports core/worker", "packages/core/src/onnx/a.ts", "../worker/index.ts"],
  ["the conformance kit imports a strategy", "packages/conformance/src/a.ts", "@decodekit/greedy"],
  ["the hub imports a strategy", "packages/hub/src/a.ts", "@decodekit/greedy"],
  ["the hub imports core/worker", "packages/hub/src/cache/a.ts", "@decodekit/core/worker"],
  ["the hub imports onnxruntime", "packages/hub/src/environment/a.ts", "onnxruntime-node"],
  ["core imports the hub", "packages/core/src/generate/a.ts", "@decodekit/hub"],
  ["core/onnx imports the hub", "packages/core/src/onnx/a.ts", "@decodekit/hub"],
  ["core/worker imports the hub", "packages/core/src/worker/a.ts", "@decodekit/hub"],
  ["a strategy imports the hub", "packages/greedy/src/a.ts", "@decodekit/hub"],
  ["remote imports a strategy", "packages/remote/src/a.ts", "@decodekit/greedy"],
  ["remote imports the runtime of core", "packages/remote/src/engines/a.ts", "@decodekit/core/onnx"],
  ["remote imports Node", "packages/remote/src/connection/a.ts", "node:http"],
  ["a strategy imports remote", "packages/greedy/src/a.ts", "@decodekit/remote"],
  ["a strategy imports chat", "packages/samplers/src/a.ts", "@decodekit/chat"],
  ["chat imports a decoder", "packages/chat/src/a.ts", "@decodekit/speculative"],
  ["chat imports the runtime of core", "packages/chat/src/prompt/a.ts", "@decodekit/core/onnx"],
  ["chat imports the provider", "packages/chat/src/a.ts", "@decodekit/ai-sdk"],
  ["the provider imports a sampler", "packages/ai-sdk/src/a.ts", "@decodekit/samplers"],
  ["chat imports the server", "packages/chat/src/a.ts", "@decodekit/server"],
  ["the server imports a decoder", "packages/server/src/answer/a.ts", "@decodekit/speculative"],
  ["the server imports the runtime of core", "packages/server/src/node.ts", "@decodekit/core/onnx"],
  ["the handler of the server imports Node", "packages/server/src/a.ts", "node:http"],
  ["the handler of the server imports the adapter of Node", "packages/server/src/routes/a.ts", "../node.ts"],
  ["the provider imports the AI SDK", "packages/ai-sdk/src/a.ts", "ai"],
  ["compare imports onnxruntime", "packages/compare/src/a.ts", "onnxruntime-node"],
])("an error where %s", (_, file, specifier) => {
  const { status, output } = lint({ [file]: importOf(specifier) });
  expect(output).toContain("no-restricted-imports");
  expect(status).toBe(1);
});

test.each([
  ["values", "import { b } from", "import { a } from"],
  ["types alone", "import type { B } from", "import type { A } from"],
])("an error for a circle of files that import %s", (_, first, second) => {
  const { status, output } = lint({
    "packages/core/src/decode/a.ts": `${first} "./b.ts";\nexport const a = 1;\nexport type A = ${first.includes("type") ? "B | 1" : "typeof b"};\n`,
    "packages/core/src/decode/b.ts": `${second} "./a.ts";\nexport const b = 1;\nexport type B = ${second.includes("type") ? "A | 2" : "typeof a"};\n`,
  });
  expect(output).toContain("no-cycle");
  expect(status).toBe(1);
});
