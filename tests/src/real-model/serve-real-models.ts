import type { TestProject } from "vitest/node";
import { arePresent } from "./present-kinds.ts";
import { CACHE } from "../support/cache.ts";
import { serveFolder } from "../support/serve-folder.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** URL of the cache folder; undefined if it lacks the chat model. */
    readonly realModels: string | undefined;
  }
}

/** Serves the chat model to the pages of the tests, if it is in the cache. */
export default async function serveRealModels({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!arePresent) {
    provide("realModels", undefined);
    return undefined;
  }
  const server = await serveFolder(CACHE, { "access-control-allow-origin": "*" });
  provide("realModels", server.url);
  return () => server.close();
}
