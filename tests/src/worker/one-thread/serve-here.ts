import { serve, type ServeOptions } from "@decodekit/core/worker/host";
import greedy from "@decodekit/greedy/plugin";
import speculative from "@decodekit/speculative/plugin";
import topP from "@decodekit/top-p/plugin";
import { heldAt } from "../../../../packages/core/src/worker/peer.ts";
import { type ByteModel, byteModel } from "./byte-model.ts";
import { wire } from "./wire.ts";

/** A worker's side of a connection, served in this thread. */
export interface ServedHere {
  /** The port that takes the worker's place. */
  readonly worker: MessagePort;
  /** The models loaded on the worker's side, in order. */
  readonly models: readonly ByteModel[];
  /** Returns what each side still holds for the other. */
  readonly held: () => { readonly here: Record<string, number>; readonly there: Record<string, number> };
  readonly close: () => void;
}

export interface ServeHereOptions extends Pick<ServeOptions, "plugins" | "loadModel"> {
  /** Called for every message before it is delivered. */
  readonly passes?: (message: unknown) => void;
  readonly passMilliseconds?: number;
}

export function serveHere({ passes, passMilliseconds = 0, plugins, loadModel }: ServeHereOptions = {}): ServedHere {
  const { here, there, close } = wire(passes);
  const models: ByteModel[] = [];
  const load = async (): Promise<ByteModel> => {
    const model = byteModel({ passMilliseconds });
    models.push(model);
    return model;
  };
  serve({
    endpoint: there,
    plugins: {
      greedy: async () => ({ default: greedy }),
      "top-p": async () => ({ default: topP }),
      speculative: async () => ({ default: speculative[0] }),
      ...plugins,
    },
    loadModel: loadModel ?? load,
  });
  return { worker: here, models, close, held: () => ({ here: heldAt(here), there: heldAt(there) }) };
}
