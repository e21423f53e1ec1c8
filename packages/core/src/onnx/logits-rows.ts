import type { Tensor } from "onnxruntime-common";
import type * as Ort from "onnxruntime-common";
import type { Logits } from "../contracts/model.ts";
import { ModelShapeError } from "../errors.ts";
import type { Runtime } from "./environment/environment.ts";
import { float16ToFloat32 } from "./float16.ts";
import { COPY_DST, MAP_MODE_READ, MAP_READ } from "./gpu-flags.ts";

/** The graph that returned the logits. */
interface LogitsSource {
  readonly runtime: Pick<Runtime, "ort">;
  /** URL, path or name of the graph, for messages. */
  readonly source: string;
}

/**
 * Reads the last `rows` rows of a tensor of logits (1, positions, vocabSize). From a GPU buffer only their bytes are read.
 * @throws ModelShapeError if there are fewer rows.
 */
export async function readLogits({ runtime: { ort }, source }: LogitsSource, tensor: Tensor, rows: number): Promise<Logits> {
  const [, positions, vocabSize] = tensor.dims as [number, number, number];
  if (positions < rows) {
    const actual = `${positions}: the graph was exported to return fewer, so it cannot verify drafts or predict a canvas`;
    throw new ModelShapeError({ source, tensor: "logits", expected: `${rows} rows`, actual });
  }
  const first = (positions - rows) * vocabSize;
  const onGpu = tensor.location === "gpu-buffer";
  const data = onGpu
    ? await readFromGpu(ort, tensor, first, rows * vocabSize)
    : (tensor.data as Float32Array | Uint16Array).subarray(first);
  const bits = data instanceof Float32Array ? undefined : new Uint16Array(data.buffer, data.byteOffset, data.length);
  const rowOf = (index: number): Float32Array => {
    const [start, end] = [index * vocabSize, (index + 1) * vocabSize];
    return bits ? float16ToFloat32(bits.subarray(start, end)) : (data as Float32Array).subarray(start, end);
  };
  const decoded = new Map<number, Float32Array>();
  return {
    rows,
    vocabSize,
    row(index) {
      if (!(index >= 0 && index < rows)) throw new RangeError(`row must be in [0, ${rows}), got ${index}`);
      let row = decoded.get(index);
      if (!row) decoded.set(index, (row = rowOf(index)));
      return row;
    },
  };
}

async function readFromGpu(ort: typeof Ort, tensor: Tensor, first: number, count: number): Promise<Float32Array | Uint16Array> {
  const device: GPUDevice = await ort.env.webgpu.device;
  const bytesPerValue = tensor.type === "float16" ? 2 : 4;
  // Offsets and sizes of copies are multiples of 4 bytes.
  const start = Math.floor((first * bytesPerValue) / 4) * 4;
  const size = Math.ceil(((first + count) * bytesPerValue - start) / 4) * 4;
  const staging = device.createBuffer({ label: "decodekit logits", size, usage: MAP_READ | COPY_DST });
  try {
    const commands = device.createCommandEncoder();
    commands.copyBufferToBuffer(tensor.gpuBuffer, start, staging, 0, size);
    device.queue.submit([commands.finish()]);
    await staging.mapAsync(MAP_MODE_READ);
    const bytes = staging.getMappedRange().slice(first * bytesPerValue - start);
    return bytesPerValue === 2 ? new Uint16Array(bytes, 0, count) : new Float32Array(bytes, 0, count);
  } finally {
    staging.destroy();
  }
}
