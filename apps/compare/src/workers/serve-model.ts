import { serve } from "@decodekit/core/worker/host";
import { decoders } from "../lab/decoders.ts";
import { storeOfHub } from "../lab/hub-source.ts";
import { reportLostDevices } from "./report-lost-devices.ts";

reportLostDevices();
serve({
  plugins: Object.fromEntries(decoders.map((plugin) => [plugin.name, () => Promise.resolve({ default: plugin })])),
  async loadModel(source, options) {
    const { loadModel } = await import("@decodekit/core/onnx");
    return loadModel(storeOfHub(source, { onWarning: options.onWarning }) ?? source, options);
  },
  async loadMaskedModel(source, options) {
    const { loadMaskedModel } = await import("@decodekit/core/onnx");
    return loadMaskedModel(storeOfHub(source, { onWarning: options.onWarning }) ?? source, options);
  },
});
