// npm run demo: sets up what is missing, builds the comparison app and serves it on this machine.
// `npm run demo -- --build-only` stops after writing apps/compare/dist, which any static host can serve.
// `npm run demo -- --port N` asks for a port.
import { serveApp } from "./serve-app.mjs";

await serveApp({ name: "compare-app", folder: "compare", what: "The comparison app", settings: { base: "./" } });
