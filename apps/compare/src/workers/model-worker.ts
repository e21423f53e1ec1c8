import { serve } from "@decodekit/core/worker/host";
import { decoders } from "../lab/decoders.ts";

serve({ plugins: Object.fromEntries(decoders.map((plugin) => [plugin.name, () => Promise.resolve({ default: plugin })])) });
