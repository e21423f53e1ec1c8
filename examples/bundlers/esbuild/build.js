// esbuild does not copy the files that packages name with new URL(…, import.meta.url), so this does.
import { cp, readdir } from "node:fs/promises";
import { build } from "esbuild";

await build({
  entryPoints: ["page.js", "in-worker.js", "worker.js"],
  outdir: "dist",
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  target: "es2022",
});
await cp("index.html", "dist/index.html");
await cp("node_modules/@decodekit/tiny-models/models/stories", "dist/stories", { recursive: true });
const runtime = "node_modules/onnxruntime-web/dist";
for (const file of await readdir(runtime)) if (file.startsWith("ort-wasm-")) await cp(`${runtime}/${file}`, `dist/onnxruntime/${file}`);
