import type * as Ort from "onnxruntime-common";
import { DeviceLostError } from "../errors.ts";
import type { RunQueue } from "./run-queue.ts";

const watched = new WeakSet<GPUDevice>();

/** Fails the queue when the runtime's GPU device is lost: the runtime itself would wait for it without end. */
export async function watchDevice({ env }: typeof Ort, queue: RunQueue): Promise<void> {
  const device: GPUDevice = await env.webgpu.device;
  if (watched.has(device)) return;
  watched.add(device);
  void device.lost.then(({ reason, message }) => queue.fail(new DeviceLostError(message ? `${reason}: ${message}` : reason)));
}
