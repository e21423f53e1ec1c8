// Ray Serve with the embedded story model behind the Open Inference Protocol v2.
//
//     node scripts/engines/ray-serve.mjs [PORT]
import path from "node:path";
import { fileURLToPath } from "node:url";
import { environmentOf } from "../python-environment.mjs";
import { root } from "../setup.mjs";
import { freePort, startEngine } from "./start-engine.mjs";

const PACKAGES = ["ray[serve]==2.60.0", "onnxruntime==1.27.0", "numpy"];
const stories = path.join(root, "packages", "tiny-models", "models", "stories");

/**
 * Starts it on loopback with `replicas` of the deployment. `models` are folders by the names of the models: "stories", and "stories-canvas"
 * for its masked stream.
 * @param {{ port?: number, replicas?: number, models?: Record<string, string> }} options
 */
export async function startRayServe({ port, replicas = 1, models = { stories } } = {}) {
  const python = environmentOf("ray-serve", [PACKAGES]);
  const at = port ?? (await freePort());
  const url = `http://127.0.0.1:${at}`;
  const engine = await startEngine({
    name: "ray-serve",
    command: python,
    args: [path.join(root, "scripts", "engines", "ray-serve", "run.py"), String(at), String(replicas)],
    env: { DECODEKIT_MODELS: JSON.stringify(models), RAY_USAGE_STATS_ENABLED: "0", PYTHONDONTWRITEBYTECODE: "1" },
    ready: `${url}/v2/health/ready`,
  });
  return { url, ...engine };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await startRayServe({ port: process.argv[2] && Number(process.argv[2]) });
  console.log(`Ray Serve is at ${url}: kserve({ url: "${url}", model: "stories", contextLength: 512 })`);
}
