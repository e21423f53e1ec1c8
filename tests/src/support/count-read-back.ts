import * as ort from "onnxruntime-web/webgpu";

/** Counts what is read back from the runtime's GPU device, by anyone. */
export interface ReadBack {
  /**
   * Sizes in bytes of the copies to buffers that the processor maps, since the last call: decodekit's, which are of logits, and others, of
   * the runtime.
   */
  take(): { readonly logits: readonly number[]; readonly others: readonly number[] };
  /** Labels of the buffers of decodekit that are not destroyed. */
  live(): readonly string[];
  /** Number of buffers that decodekit has created. */
  created(): number;
}

const MAP_READ = 0x1;

/** Watches the runtime's device from now on. Call it once per page, after a model was loaded. */
export async function countReadBack(): Promise<ReadBack> {
  const device: GPUDevice = await ort.env.webgpu.device;
  let [logits, others]: [number[], number[]] = [[], []];
  const live = new Map<GPUBuffer, string>();
  let created = 0;
  const createBuffer = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = createBuffer(descriptor);
    if (!descriptor.label?.startsWith("decodekit")) return buffer;
    created++;
    live.set(buffer, descriptor.label);
    const destroy = buffer.destroy.bind(buffer);
    buffer.destroy = () => {
      live.delete(buffer);
      return destroy();
    };
    return buffer;
  };
  const createCommandEncoder = device.createCommandEncoder.bind(device);
  device.createCommandEncoder = (descriptor) => {
    const encoder = createCommandEncoder(descriptor);
    const copy = encoder.copyBufferToBuffer.bind(encoder) as (...all: unknown[]) => undefined;
    encoder.copyBufferToBuffer = (...given: unknown[]) => {
      // (source, target, size?) or (source, sourceOffset, target, targetOffset, size?)
      const [target, size] = typeof given[1] === "number" ? [given[2], given[4]] : [given[1], given[2]];
      const { usage, label, size: all } = target as GPUBuffer;
      if (usage & MAP_READ) (label.startsWith("decodekit") ? logits : others).push((size as number | undefined) ?? all);
      return copy(...given);
    };
    return encoder;
  };
  return {
    take() {
      const taken = { logits, others };
      [logits, others] = [[], []];
      return taken;
    },
    live: () => [...live.values()],
    created: () => created,
  };
}
