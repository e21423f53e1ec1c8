import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "vite";
import type { BundlesRow } from "../rows.ts";
import { defineSuite } from "../suite.ts";

/** Folder from which packages are resolved. */
const root = fileURLToPath(new URL("../../../", import.meta.url));
/** Exists in the bundler only. */
const ENTRY = path.join(root, "bundle-entry.js");
const CORE = /^@decodekit\/core/u;
const RUNTIME = /^onnxruntime-web/u;

interface Bundle {
  readonly packages: readonly string[];
  /** What is not counted. */
  readonly external: readonly RegExp[];
}

const BUNDLES: Readonly<Record<string, Bundle>> = {
  "core and greedy": { packages: ["@decodekit/core", "@decodekit/greedy"], external: [] },
  core: { packages: ["@decodekit/core"], external: [] },
  "core/onnx, without the runtime": { packages: ["@decodekit/core/onnx"], external: [RUNTIME] },
  greedy: { packages: ["@decodekit/greedy"], external: [CORE] },
  "top-p": { packages: ["@decodekit/top-p"], external: [CORE] },
  samplers: { packages: ["@decodekit/samplers"], external: [CORE] },
  search: { packages: ["@decodekit/search"], external: [CORE] },
  constraints: { packages: ["@decodekit/constraints"], external: [CORE] },
  speculative: { packages: ["@decodekit/speculative"], external: [CORE] },
  refinement: { packages: ["@decodekit/refinement"], external: [CORE] },
  hub: { packages: ["@decodekit/hub"], external: [CORE] },
  "transformers.js, without the runtime": { packages: ["@huggingface/transformers"], external: [RUNTIME] },
  wllama: { packages: ["@wllama/wllama"], external: [] },
};

/** What a page downloads of each package: everything that it exports, minified, without what it imports on demand. */
export const bundles = defineSuite({
  name: "bundles",
  where: ["node"],
  per: "nothing",
  pairs: 1,
  async *run({ isDone, settings: { quick } }) {
    for (const [name, bundle] of Object.entries(BUNDLES).slice(0, quick ? 2 : undefined)) {
      if (!isDone(name)) yield await bundleRow(name, bundle);
    }
  },
});

async function bundleRow(name: string, { packages, external }: Bundle): Promise<BundlesRow> {
  const module = packages.map((each) => `export * from "${each}";`).join("\n");
  const built = await build({
    root,
    logLevel: "error",
    configFile: false,
    plugins: [entryPlugin(module)],
    build: {
      write: false,
      target: "es2022",
      lib: { entry: ENTRY, formats: ["es"] },
      // As in an application's build: Vite does not fully minify libraries.
      // What a part that is imported on demand shares with the module stays in the module.
      rolldownOptions: { external: [...external], output: { minify: true }, preserveEntrySignatures: "allow-extension" },
    },
  });
  const [{ output }] = built as unknown as [{ readonly output: readonly Chunk[] }];
  const code = withImports(
    output.find(({ isEntry }) => isEntry)!,
    output,
  ).join("\n");
  const gzippedBytes = gzipSync(code, { level: 9 }).length;
  return { key: name, bundle: name, minifiedBytes: Buffer.byteLength(code), gzippedBytes };
}

/** Provides the module to bundle, and leaves WebAssembly files out, which Vite would write into the code of a library. */
function entryPlugin(module: string): Plugin {
  return {
    name: "entry",
    enforce: "pre",
    resolveId: (id) => (id === ENTRY ? id : undefined),
    load: (id) => (id === ENTRY ? module : undefined),
    transform: (code) => code.replaceAll(/new URL\((?="[^"]+\.wasm")/gu, "new URL(/* @vite-ignore */ "),
  };
}

/** A file of a build; files that are not code have no `code`. */
interface Chunk {
  readonly fileName: string;
  readonly isEntry?: boolean;
  readonly code?: string;
  readonly imports?: readonly string[];
}

/** Returns the code of a chunk and of those that it imports, not on demand. */
function withImports(chunk: Chunk, all: readonly Chunk[], seen = new Set<Chunk>()): string[] {
  if (seen.has(chunk)) return [];
  seen.add(chunk);
  const imported = all.filter(({ fileName }) => chunk.imports?.includes(fileName));
  return [chunk.code ?? "", ...imported.flatMap((each) => withImports(each, all, seen))];
}
