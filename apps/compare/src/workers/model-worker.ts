import { serve } from "@decodekit/core/worker/host";
import { decoders } from "../lab/decoders.ts";
import { reportLostDevices } from "./report-lost-devices.ts";

reportLostDevices();
serve({ plugins: Object.fromEntries(decoders.map((plugin) => [plugin.name, () => Promise.resolve({ default: plugin })])) });
