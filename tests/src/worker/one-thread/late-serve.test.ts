import { describePlugin, loadModel, terminate } from "@decodekit/core/worker";
import { serve } from "@decodekit/core/worker/host";
import greedy from "@decodekit/greedy/plugin";
import { expect, test } from "vitest";
import { byteModel } from "./byte-model.ts";

/** An end of a line that drops what comes while nobody listens, as the scope of a worker does in a browser. */
function forgetfulLine(): { readonly here: EventTarget & LineEnd; readonly there: EventTarget & LineEnd } {
  const [here, there] = [new EventTarget(), new EventTarget()];
  const post =
    (target: EventTarget): LineEnd["postMessage"] =>
    (message, transfer) => {
      const data: unknown = structuredClone(message, { transfer });
      setImmediate(() => target.dispatchEvent(new MessageEvent("message", { data })));
    };
  return { here: Object.assign(here, { postMessage: post(there) }), there: Object.assign(there, { postMessage: post(here) }) };
}

interface LineEnd {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
const options = { plugins: { greedy: async () => ({ default: greedy }) }, loadModel: async () => byteModel() };

test("what is asked of a worker that serves only later waits for it", async () => {
  const { here, there } = forgetfulLine();
  const described = describePlugin(here, "greedy");
  const loading = loadModel("bytes", { worker: here });
  await turn();
  serve({ ...options, endpoint: there });
  expect((await described).name).toBe("greedy");
  expect((await loading).name).toBe("bytes");
});

test("a worker that has long served is known at once", async () => {
  const { here, there } = forgetfulLine();
  serve({ ...options, endpoint: there });
  await turn();
  expect((await describePlugin(here, "greedy")).name).toBe("greedy");
  expect((await loadModel("bytes", { worker: here })).name).toBe("bytes");
});

test("an abort ends the wait for a worker that serves only later, or never, and nothing is loaded then", async () => {
  const { here, there } = forgetfulLine();
  const controller = new AbortController();
  const loading = loadModel("bytes", { worker: here, signal: controller.signal });
  const reason = new Error("enough");
  setTimeout(() => controller.abort(reason), 5);
  await expect(loading).rejects.toBe(reason);
  let loads = 0;
  serve({ ...options, endpoint: there, loadModel: async () => (loads++, byteModel()) });
  expect((await describePlugin(here, "greedy")).name).toBe("greedy");
  await turn();
  expect(loads).toBe(0);
});

test("a worker that never serves can be ended, which rejects what waits for it", async () => {
  const { here } = forgetfulLine();
  const loading = loadModel("bytes", { worker: here }).catch((error: unknown) => error);
  await turn();
  await terminate(here, { timeout: 10, problem: "It never served." });
  expect(await loading).toMatchObject({ code: "WORKER", message: "It never served." });
});
