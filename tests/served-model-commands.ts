import type { BrowserCommand } from "vitest/node";
import { type LlamaServerForTest, llamaServerForTest } from "../packages/remote/src/engines/llama-server/llama-server-for-tests.ts";
import { rowsForTest } from "../packages/remote/src/model-for-tests.ts";

const servers = new Map<string, { readonly server: LlamaServerForTest; readonly close: () => Promise<void> }>();

/** Starts a llama-server with `rowsForTest(vocabSize)` for a page. `isOpen` says whether pages may call it. Returns where it is. */
const startServer: BrowserCommand<[vocabSize: number, isOpen: boolean]> = async (_, vocabSize, isOpen) => {
  let close = (): Promise<void> => Promise.resolve();
  const server = await llamaServerForTest((end) => (close = end), rowsForTest(vocabSize));
  server.isOpenToPages = isOpen;
  servers.set(server.url, { server, close });
  return server.url;
};

/** Makes a server silent, or lets it answer again. Returns how many clients have left it before its answer. */
const silenceServer: BrowserCommand<[url: string, isSilent: boolean]> = async (_, url, isSilent) => {
  const { server } = servers.get(url)!;
  server.fault = () => (isSilent ? { fault: "silence" } : undefined);
  return server.abandoned();
};

const stopServer: BrowserCommand<[url: string]> = async (_, url) => servers.get(url)!.close();

export const servedModelCommands = { startServer, silenceServer, stopServer };
