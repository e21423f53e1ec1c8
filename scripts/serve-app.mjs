// Builds one of the apps that are static pages, and serves it on this machine: what `npm run demo` and `npm run docs` share.
import path from "node:path";
import { parseArgs } from "node:util";
import { root, setup } from "./setup.mjs";

/**
 * Reads `--port N` and `--build-only` from the command line, builds the workspace package `name` with what it depends on, and serves its `dist`.
 * `folder` is its folder in `apps`, `what` how it is called, and `settings` are those of Vite's preview server.
 */
export async function serveApp({ name, folder, what, settings }) {
  const { values } = parseArgs({
    options: { "build-only": { type: "boolean", default: false }, port: { type: "string", default: "4173" } },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    console.error(`--port must be an integer in [0, 65535], got "${values.port}".`);
    process.exit(2);
  }
  setup({ packages: [`${name}...`] });
  const app = path.join(root, "apps", folder);
  if (values["build-only"]) {
    console.log(path.join(app, "dist"));
    process.exit(0);
  }
  const { preview } = await import("vite");
  const server = await preview({
    root: app,
    configFile: false,
    logLevel: "error",
    ...settings,
    // What the app's service worker adds where a host cannot: here the page is isolated at the first visit already.
    preview: {
      host: "127.0.0.1",
      port,
      headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" },
    },
  });
  console.log(`${what} is at ${server.resolvedUrls.local[0]} (Ctrl-C ends it)`);
}
