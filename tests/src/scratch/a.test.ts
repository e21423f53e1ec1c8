import { readFileSync, existsSync, readdirSync } from "node:fs";
import { readEditableGraph } from "../../../packages/core/src/onnx/rewriting/editable-graph.ts";
import { findResidualStream } from "../../../packages/core/src/onnx/rewriting/residual-stream.ts";
import { readGraphFile } from "../../../packages/core/src/onnx/graph-file.ts";
import { bytesInMemory } from "../../../packages/core/src/onnx/byte-source.ts";
import { test } from "vitest";
test("x", async () => {
  const home = process.env.HOME + "/.cache/decodekit/";
  const files = ["smollm2/onnx/model_quantized.onnx", "smollm2-genai/fp32/model.onnx", "smollm2-genai/int4/model.onnx"];
  for (const d of readdirSync(home + "exported-models")) { if (!/masked$|refused|sha/.test(d)) for (const n of readdirSync(home + "exported-models/" + d)) files.push(`exported-models/${d}/${n}/model.onnx`); }
  const ok: string[] = [], bad: string[] = [];
  for (const f of files) {
    if (!existsSync(home + f)) { bad.push(f + " absent"); continue; }
    const bytes = readFileSync(home + f);
    const g = await readGraphFile({ source: f, name: "model.onnx", content: bytesInMemory(bytes), answer: undefined });
    const s = findResidualStream(readEditableGraph(g.outline));
    let L: unknown; try { const c = JSON.parse(readFileSync(home + f.replace(/(onnx\/)?model[^/]*\.onnx$/, "config.json"), "utf8")); L = c.num_hidden_layers ?? c.n_layer ?? c.num_layers; } catch { }
    (s && s.afterLayers.size === L ? ok : bad).push(`${f} ${s?.afterLayers.size}/${L} ${s?.embeddings} ${[...s?.afterLayers.values() ?? []].map(v => v.terms.join("+")).at(-1)}`);
  }
  console.log("OK\n" + ok.join("\n") + "\nBAD\n" + bad.join("\n"));
}, 120000);
