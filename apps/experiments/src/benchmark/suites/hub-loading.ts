import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { HubRow } from "../rows.ts";
import { defineSuite } from "../suite.ts";
import { serveAsHub } from "./hub-server.ts";
import { loadInProcess } from "./loading.ts";

const REPOSITORY = "benchmark/model";

/** Loading through the hub package from a server on loopback: with nothing cached, and with everything cached. A process per run. */
export const hubLoading = defineSuite({
  name: "hub-loading",
  where: ["native", "wasm"],
  per: "file",
  pairs: 5,
  async *run({ settings: { folder, threads }, file, where, pairs, isDone }) {
    // The other graphs of the model are not needed, and may be large.
    const isServed = (name: string): boolean => !name.startsWith("onnx/model") || name === file || name === `${file}_data`;
    const server = await serveAsHub(folder, REPOSITORY, isServed);
    try {
      for (let round = 0; round < pairs; round++) {
        if (isDone(`cached/${round}`)) continue;
        const cache = await mkdtemp(path.join(tmpdir(), "decodekit-hub-loading-"));
        try {
          for (const state of ["cold", "cached"] as const) {
            const job = { library: "hub", endpoint: server.endpoint, repository: REPOSITORY, cache, modelFile: file, threads } as const;
            const { seconds, peakBytes } = await loadInProcess({ ...job, execution: where as "native" | "wasm" });
            const row: HubRow = { key: `${state}/${round}`, state, round, seconds, peakBytes };
            yield row;
          }
        } finally {
          await rm(cache, { recursive: true });
        }
      }
    } finally {
      await server.close();
    }
  },
});
