import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { findChromium } from "../scripts/chromium.mjs";
import { fakeHubCommands } from "./fake-hub-commands.ts";
import { servedModelCommands } from "./served-model-commands.ts";

// "browser" as in an application's build, which the AI SDK's dependencies need.
const conditions = ["@decodekit/source", "browser"];
const executablePath = await findChromium();

export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions },
  optimizeDeps: {
    // onnxruntime-web finds its .wasm file beside its own module, so that module must stay where it is.
    exclude: ["onnxruntime-web"],
    // Optimized in advance, so that no page reloads in the middle of a test.
    include: [
      "@decodekit/core > @huggingface/jinja",
      "@decodekit/core > @huggingface/tokenizers",
      "@decodekit/core > pbf",
      "@decodekit/hub > @noble/hashes/legacy.js",
      "@decodekit/hub > @noble/hashes/sha2.js",
      "@decodekit/hub > @noble/hashes/utils.js",
      "@decodekit/samplers > pure-rand/generator/mersenne",
      "@ai-sdk/provider",
      "ai",
      "zod",
      "react",
      "react-dom/client",
      "react/jsx-dev-runtime",
    ],
  },
  test: {
    include: ["src/**/*.browser.test.ts"],
    globalSetup: "./src/real-model/serve-real-models.ts",
    testTimeout: 240_000,
    maxWorkers: "100%",
    browser: {
      enabled: true,
      headless: true,
      commands: { ...fakeHubCommands, ...servedModelCommands },
      screenshotFailures: false,
      provider: playwright({
        launchOptions: {
          ...(executablePath && { executablePath }),
          // SwiftShader is a software GPU: slow, exact, and available on every machine.
          args: ["--no-sandbox", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"],
        },
      }),
      instances: [{ browser: "chromium" }],
    },
  },
});
