import { rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const packages = fileURLToPath(new URL("../../../packages/", import.meta.url));
const here = fileURLToPath(new URL("../", import.meta.url));

/** Entry points of the packages: what they are imported as, without the scope, and their source. Each has a page. */
const ENTRIES = {
  core: "core/src/index.ts",
  "core/toolkit": "core/src/toolkit.ts",
  "core/onnx": "core/src/onnx/index.ts",
  "core/worker": "core/src/worker/index.ts",
  "core/worker/host": "core/src/worker/host.ts",
  "core/testing": "core/src/testing/index.ts",
  greedy: "greedy/src/index.ts",
  "top-p": "top-p/src/index.ts",
  samplers: "samplers/src/index.ts",
  search: "search/src/index.ts",
  constraints: "constraints/src/index.ts",
  speculative: "speculative/src/index.ts",
  refinement: "refinement/src/index.ts",
  hub: "hub/src/index.ts",
  remote: "remote/src/index.ts",
  conformance: "conformance/src/index.ts",
  compare: "compare/src/index.ts",
  chat: "chat/src/index.ts",
  "ai-sdk": "ai-sdk/src/index.ts",
  server: "server/src/index.ts",
  "server/node": "server/src/node.ts",
  react: "react/src/index.ts",
};

/** Plugins of the site that write a page for each entry point from its doc comments. */
export function apiReference(starlightTypeDoc) {
  const output = "reference/api";
  rmSync(path.join(here, "src/content/docs", output), { recursive: true, force: true });
  return Object.entries(ENTRIES).map(([name, file]) =>
    starlightTypeDoc({
      entryPoints: [path.join(packages, file)],
      tsconfig: path.join(here, "tsconfig.api.json"),
      output,
      typeDoc: {
        name: `@decodekit/${name}`,
        entryFileName: `${name.replaceAll("/", "-")}.md`,
        router: "module",
        cleanOutputDir: false,
        disableSources: true,
        excludeInternal: true,
        excludePrivate: true,
        readme: "none",
        // The compiler that type-checks the packages is newer than the one that this generator knows.
        skipErrorChecking: true,
        logLevel: "Error",
      },
    }),
  );
}
