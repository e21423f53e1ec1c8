import type { BrowserCommand } from "vitest/node";
import { startFakeHub } from "./src/support/fake-hub.ts";
import type { FakeHub, FakeHubPlan } from "./src/support/fake-hub-plan.ts";

const hubs = new Map<string, FakeHub>();

/** Starts a fake hub for a page. Returns where it is. */
const startHub: BrowserCommand<[plan: FakeHubPlan]> = async (_, plan) => {
  const hub = await startFakeHub(plan);
  hubs.set(hub.endpoint, hub);
  return { endpoint: hub.endpoint, commit: hub.commit };
};

/** Calls a method of a hub that `startHub` started. */
const callHub: BrowserCommand<[endpoint: string, method: Exclude<keyof FakeHub, "endpoint" | "commit">, ...args: unknown[]]> = async (
  _,
  endpoint,
  method,
  ...args
) => (hubs.get(endpoint)![method] as (...all: unknown[]) => Promise<unknown>)(...args);

export const fakeHubCommands = { startHub, callHub };
