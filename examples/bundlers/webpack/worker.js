// The other side of in-worker.js: holds the model and runs the decoders named here.
import { serve } from "@decodekit/core/worker/host";

serve({ plugins: { greedy: () => import("@decodekit/greedy/plugin") } });
