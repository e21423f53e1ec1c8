import { writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";

/**
 * Minified and gzipped bytes of a module that is built in `folder`, without what it imports on demand and the modules that match
 * `external`. @throws Error if anything else is left out.
 */
export async function gzippedBytes(folder: string, module: string, external: readonly RegExp[] = []): Promise<number> {
  writeFileSync(path.join(folder, "size.js"), module);
  const built = await build({
    root: folder,
    logLevel: "error",
    configFile: false,
    build: {
      write: false,
      target: "es2022",
      lib: { entry: "size.js", formats: ["es"] },
      // As in an application's build: Vite does not fully minify libraries.
      // What a part that is imported on demand shares with the module stays in the module.
      rolldownOptions: { external: [...external], output: { minify: true }, preserveEntrySignatures: "allow-extension" },
    },
  });
  const [{ output }] = built as unknown as [{ output: [{ code: string; imports: string[] }] }];
  const left = output[0].imports.filter((file) => !external.some((pattern) => pattern.test(file)));
  if (left.length > 0) throw new Error(`not in the size: ${left.join(", ")}`);
  return gzipSync(output[0].code, { level: 9 }).length;
}
