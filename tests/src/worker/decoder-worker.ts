import { serve } from "@decodekit/core/worker/host";

serve({
  plugins: {
    "@decodekit/greedy/plugin": () => import("@decodekit/greedy/plugin"),
    "@decodekit/top-p/plugin": () => import("@decodekit/top-p/plugin"),
    "@decodekit/speculative/plugin": () => import("@decodekit/speculative/plugin"),
    "@decodekit/refinement/plugin": () => import("@decodekit/refinement/plugin"),
    "./faulty-plugin.ts": () => import("./faulty-plugin.ts"),
  },
});
