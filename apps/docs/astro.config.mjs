import starlight from "@astrojs/starlight";
import { defineConfig, passthroughImageService } from "astro/config";
import starlightLinksValidator from "starlight-links-validator";
import starlightTypeDoc from "starlight-typedoc";
import { apiReference } from "./build/api-reference.mjs";
import { compareApp } from "./build/compare-app.mjs";
import { sidebar } from "./build/sidebar.mjs";

/** The address that the site is published at, such as "https://example.org/docs", for its canonical links. */
const { DOCS_SITE_URL } = process.env;
const site = DOCS_SITE_URL ? new URL(DOCS_SITE_URL) : undefined;

/** Anchors of the API's pages that the generator numbers in another way than the site: where a type and a member of another have one heading. */
const DOUBLED_HEADINGS = "/reference/api/*/#*-1";

export default defineConfig({
  ...(site && { site: site.origin, base: site.pathname }),
  // Pictures are drawn by hand, as SVG, or have the size they are shown in.
  image: { service: passthroughImageService() },
  vite: {
    // Runs are recorded with the built packages, in Node.
    ssr: { external: ["@decodekit/core", "@decodekit/compare", "@decodekit/tiny-models", "onnxruntime-web"] },
  },
  integrations: [
    starlight({
      title: "decodekit",
      description: "Decoding for language models in the browser and in Node: greedy, sampling, speculation, refinement, and your own.",
      favicon: "/favicon.svg",
      social: [{ icon: "github", label: "Source", href: "https://github.com/decodekit/decodekit" }],
      customCss: ["./src/styles/site.css"],
      // Without a network there is nothing to say: nothing is fetched but the page and its own files.
      credits: false,
      lastUpdated: false,
      plugins: [
        ...apiReference(starlightTypeDoc),
        starlightLinksValidator({ errorOnLocalLinks: false, exclude: ["/app/**", DOUBLED_HEADINGS] }),
      ],
      sidebar,
    }),
    compareApp(),
  ],
});
