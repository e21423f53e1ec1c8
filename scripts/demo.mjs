// npm run demo: sets up what is missing, builds the comparison app and serves it on this machine.
// `npm run demo -- --build-only` stops after writing apps/compare/dist, which any static host can serve.
// `npm run demo -- --port N` asks for a port.
import path from "node:path";
import { parseArgs } from "node:util";
import { root, setup } from "./setup.mjs";

const { values } = parseArgs({ options: { "build-only": { type: "boolean", default: false }, port: { type: "string", default: "4173" } } });
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`--port must be an integer in [0, 65535], got "${values.port}".`);
  process.exit(2);
}

setup({ packages: ["compare-app..."] });
const app = path.join(root, "apps", "compare");
if (values["build-only"]) {
  console.log(path.join(app, "dist"));
  process.exit(0);
}

const { preview } = await import("vite");
const server = await preview({
  root: app,
  configFile: false,
  base: "./",
  logLevel: "error",
  // What the service worker adds where a host cannot: here the page is isolated at the first visit already.
  preview: {
    host: "127.0.0.1",
    port,
    headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" },
  },
});
console.log(`The comparison app is at ${server.resolvedUrls.local[0]} (Ctrl-C ends it)`);
