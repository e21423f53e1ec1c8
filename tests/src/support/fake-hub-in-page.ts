import { commands } from "vitest/browser";
import type { FakeHub, FakeHubPlan } from "./fake-hub-plan.ts";

declare module "vitest/browser" {
  interface BrowserCommands {
    startHub: (plan: FakeHubPlan) => Promise<Pick<FakeHub, "endpoint" | "commit">>;
    callHub: (endpoint: string, method: string, ...args: unknown[]) => Promise<unknown>;
  }
}

/** Starts a fake hub in the process that serves the page, and returns its control. */
export async function startFakeHubOutside(plan: FakeHubPlan): Promise<FakeHub> {
  const { endpoint, commit } = await commands.startHub(plan);
  const call =
    (method: string) =>
    async (...args: unknown[]): Promise<never> =>
      (await commands.callHub(endpoint, method, ...args)) as never;
  return {
    endpoint,
    commit,
    fault: call("fault"),
    clearFaults: call("clearFaults"),
    replace: call("replace"),
    takeRequests: call("takeRequests"),
    stop: call("stop"),
  };
}
