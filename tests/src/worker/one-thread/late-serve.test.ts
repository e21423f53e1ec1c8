import { describePlugins, type Endpoint, loadModel, terminate } from "@decodekit/core/worker";
import { serve } from "@decodekit/core/worker/host";
import greedy from "@decodekit/greedy/plugin";
import { expect, test } from "vitest";
import { byteModel } from "./byte-model.ts";

/** Two connected endpoints that drop messages while nobody listens, as a worker's scope does in a browser. */
function forgetfulLine(): { readonly here: Endpoint; readonly there: Endpoint } {
  const [here, there] = [new EventTarget(), new EventTarget()];
  const endpoint = (target: EventTarget, opposite: EventTarget): Endpoint => ({
    addEventListener: (type, listener) => target.addEventListener(type, (event) => listener(event as MessageEvent)),
    postMessage(message: unknown, transfer: Transferable[]) {
      const data: unknown = structuredClone(message, { transfer });
      setImmediate(() => opposite.dispatchEvent(new MessageEvent("message", { data })));
    },
  });
  return { here: endpoint(here, there), there: endpoint(there, here) };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
const options = { plugins: { greedy: async () => ({ default: greedy }) }, loadModel: async () => byteModel() };

test("calls to a worker that serves only later wait for it", async () => {
  const { here, there } = forgetfulLine();
  const described = describePlugins(here, "greedy");
  const loading = loadModel("bytes", { worker: here });
  await turn();
  serve({ ...options, endpoint: there });
  expect((await described).map(({ name }) => name)).toEqual(["greedy"]);
  expect((await loading).name).toBe("bytes");
});

test("a worker that already serves is detected at once", async () => {
  const { here, there } = forgetfulLine();
  serve({ ...options, endpoint: there });
  await turn();
  expect((await describePlugins(here, "greedy")).map(({ name }) => name)).toEqual(["greedy"]);
  expect((await loadModel("bytes", { worker: here })).name).toBe("bytes");
});

test("an abort ends the wait for a worker that serves later or never, and nothing is loaded", async () => {
  const { here, there } = forgetfulLine();
  const controller = new AbortController();
  const loading = loadModel("bytes", { worker: here, signal: controller.signal });
  const reason = new Error("enough");
  setTimeout(() => controller.abort(reason), 5);
  await expect(loading).rejects.toBe(reason);
  let loads = 0;
  serve({ ...options, endpoint: there, loadModel: async () => (loads++, byteModel()) });
  expect((await describePlugins(here, "greedy")).map(({ name }) => name)).toEqual(["greedy"]);
  await turn();
  expect(loads).toBe(0);
});

test("a worker that never serves can be terminated, which rejects the waiting calls", async () => {
  const { here } = forgetfulLine();
  const loading = loadModel("bytes", { worker: here }).catch((error: unknown) => error);
  await turn();
  await terminate(here, { timeout: 10, message: "It never served." });
  expect(await loading).toMatchObject({ code: "WORKER", message: "It never served." });
});
