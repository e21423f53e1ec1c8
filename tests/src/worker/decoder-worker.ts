import { builtInDecoders } from "@decodekit/compare";
import { serve } from "@decodekit/core/worker/host";

serve({
  plugins: {
    "@decodekit/greedy/plugin": () => import("@decodekit/greedy/plugin"),
    "@decodekit/top-p/plugin": () => import("@decodekit/top-p/plugin"),
    "@decodekit/samplers/plugin": () => import("@decodekit/samplers/plugin"),
    "@decodekit/search/plugin": () => import("@decodekit/search/plugin"),
    "@decodekit/speculative/plugin": () => import("@decodekit/speculative/plugin"),
    "@decodekit/refinement/plugin": () => import("@decodekit/refinement/plugin"),
    ...Object.fromEntries(builtInDecoders.map((plugin) => [`built-in:${plugin.name}`, () => Promise.resolve({ default: plugin })])),
    "./slow-plugin.ts": () => import("./slow-plugin.ts"),
    "./endless-plugin.ts": () => import("./endless-plugin.ts"),
    "./faulty-plugin.ts": () => import("./faulty-plugin.ts"),
  },
});
