import type * as Ort from "onnxruntime-common";
import { DeviceLostError } from "../errors.ts";
import type { RunQueue } from "./run-queue.ts";

/** The graphs of each device. The runtime destroys a device itself with the last of its graphs, and uses another device later. */
const graphsOn = new WeakMap<GPUDevice, Set<Ort.InferenceSession>>();

/** Fails the queue when the GPU device of `inference` is lost: the runtime itself would wait for it forever. */
export async function watchDevice({ env }: typeof Ort, queue: RunQueue, inference: Ort.InferenceSession): Promise<void> {
  const device: GPUDevice = await env.webgpu.device;
  const graphs = graphsOn.get(device) ?? watched(device, queue);
  graphs.add(inference);
  const release = inference.release.bind(inference);
  inference.release = () => {
    graphs.delete(inference);
    return release();
  };
}

function watched(device: GPUDevice, queue: RunQueue): Set<Ort.InferenceSession> {
  const graphs = new Set<Ort.InferenceSession>();
  graphsOn.set(device, graphs);
  void device.lost.then(({ reason, message }) => {
    if (graphs.size > 0) queue.fail(new DeviceLostError(message ? `${reason}: ${message}` : reason));
  });
  return graphs;
}
