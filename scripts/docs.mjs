// npm run docs: sets up what is missing, builds the documentation site with the comparison app in it, and serves it on this machine.
// `npm run docs -- --build-only` stops after writing apps/docs/dist, which any static host can serve.
// `npm run docs -- --port N` asks for a port.
import { serveApp } from "./serve-app.mjs";

await serveApp({ name: "@decodekit/docs", folder: "docs", what: "The documentation", settings: { appType: "mpa" } });
