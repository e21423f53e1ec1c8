import type { RowPart, RowReads } from "../../contracts/model.ts";
import { COPY_DST, COPY_SRC, STAGE_COMPUTE, STORAGE, UNIFORM } from "../gpu-flags.ts";
import type { BufferPool } from "./buffer-pool.ts";
import { readBuffer } from "./read-buffer.ts";
import { LANE_BYTES, MAX_LANES, MAX_TOP, reductionShader, SCAN_SIZE } from "./reduction-shader.ts";
import { bytesPerLogit, type RowsOnGpu } from "./rows-on-gpu.ts";

/** Bindings of storage start at multiples of this, at the largest value of the limit minStorageBufferOffsetAlignment. */
const ALIGNMENT = 256;
/** Largest vocabulary: the sums of larger ones may exceed `RELATIVE_ERROR`. */
const MAX_VOCABULARY = 2 ** 20;
/** Factors of the mass of a tail that single precision can hold: 1 / temperature. */
const [MIN_SCALE, MAX_SCALE] = [1e-30, 1e30];
/**
 * Bound on the relative error of the mass of a tail. By the specification of WGSL, section 15.7.4, exp(-y) is off by at most 3 + 2 y units in the
 * last place, 2^-23; y itself, a difference times a factor, by 1.5 y units at most. Weights with y > 90 are 0 in float32, so that both
 * factors of a term are off by 330 units together, 4e-5; and the sums of up to 530 terms, 2^20 logits in 2048 lanes, by 4e-5.
 */
const RELATIVE_ERROR = 2 ** -13;
/** Bound on what is lost of the mass of one logit where float32 has no smaller numbers. */
const LOST = 1e-36;

interface Kernels {
  readonly layout: GPUBindGroupLayout;
  readonly scan: GPUComputePipeline;
  readonly reduce: GPUComputePipeline;
}

const kernelsOf = new WeakMap<GPUDevice, Map<RowsOnGpu["type"], Kernels>>();

/** Returns whether the rows' parts can be found on their device: whether the buffers fit its limits, and the numbers float32. */
export function canReduce({ device, buffer, type, rows, vocabSize }: RowsOnGpu, { top, temperature = 1 }: RowReads): boolean {
  const { maxStorageBufferBindingSize: most, maxComputeWorkgroupsPerDimension: groups } = device.limits;
  const bytes = rows * vocabSize * bytesPerLogit({ type }) + ALIGNMENT;
  const lanes = rows * Math.min(MAX_LANES, vocabSize) * LANE_BYTES;
  const scale = 1 / temperature;
  const fits = rows <= groups && Math.max(bytes, lanes) <= most && (buffer.usage & STORAGE) !== 0;
  return fits && top <= MAX_TOP && vocabSize <= MAX_VOCABULARY && scale >= MIN_SCALE && scale <= MAX_SCALE;
}

/**
 * Finds the parts of all rows on the GPU, and reads them back in one copy: 8 (1 + top) bytes per row. The buffer of the rows must not be
 * destroyed before this returns its promise. Call it only if `canReduce`.
 */
export async function reduceRows(rows: RowsOnGpu, { top, temperature }: RowReads, pool: BufferPool): Promise<readonly RowPart[]> {
  const { device, buffer, vocabSize } = rows;
  const { layout, scan, reduce } = kernels(device, rows.type);
  const perLogit = bytesPerLogit(rows);
  const offset = Math.floor((rows.first * perLogit) / ALIGNMENT) * ALIGNMENT;
  const end = Math.ceil(((rows.first + rows.rows * vocabSize) * perLogit) / 4) * 4;
  const lanes = Math.min(MAX_LANES, vocabSize);
  const stride = 2 * (1 + top);
  const bytes = rows.rows * stride * 4;
  const parameters = pool.take(device, UNIFORM | COPY_DST, 32);
  const found = pool.take(device, STORAGE, rows.rows * lanes * LANE_BYTES);
  const results = pool.take(device, STORAGE | COPY_SRC, bytes);
  const values = new Uint32Array([rows.first - offset / perLogit, vocabSize, lanes, top, stride, 0, 0, 0]);
  new Float32Array(values.buffer)[5] = temperature === undefined ? 0 : 1 / temperature;
  device.queue.writeBuffer(parameters, 0, values);
  const bindings = [{ buffer, offset, size: end - offset }, { buffer: parameters }, { buffer: found }, { buffer: results }];
  const group = device.createBindGroup({ layout, entries: bindings.map((resource, binding) => ({ binding, resource })) });
  const commands = device.createCommandEncoder();
  const pass = commands.beginComputePass();
  pass.setBindGroup(0, group);
  pass.setPipeline(scan);
  pass.dispatchWorkgroups(Math.ceil(lanes / SCAN_SIZE), rows.rows);
  pass.setPipeline(reduce);
  pass.dispatchWorkgroups(rows.rows);
  pass.end();
  try {
    const read = await readBuffer(device, pool, { buffer: results, start: 0, size: bytes, commands });
    return Array.from({ length: rows.rows }, (_, row) => partIn(read, row * stride * 4, { top, temperature }, vocabSize));
  } finally {
    for (const each of [parameters, found, results]) pool.giveBack(each);
  }
}

function partIn(bytes: ArrayBuffer, start: number, { top, temperature }: RowReads, vocabSize: number): RowPart {
  const words = new Uint32Array(bytes, start, 2 * (1 + top));
  const numbers = new Float32Array(bytes, start, 2 * (1 + top));
  const count = words[0]!;
  const tokens = Int32Array.from({ length: count }, (_, place) => words[2 + 2 * place]!);
  const logits = Float32Array.from({ length: count }, (_, place) => numbers[3 + 2 * place]!);
  if (count === 0 || temperature === undefined) return { tokens, logits, tailMass: 0, tailError: Infinity };
  // Fewer than were asked for are all that are above -Infinity.
  if (count < top || count === vocabSize) return { tokens, logits, tailMass: 0, tailError: 0 };
  const tailMass = numbers[1]!;
  return { tokens, logits, tailMass, tailError: tailMass * RELATIVE_ERROR + vocabSize * LOST };
}

/** The kernels are compiled once per device. */
function kernels(device: GPUDevice, type: RowsOnGpu["type"]): Kernels {
  const known = kernelsOf.get(device) ?? new Map<RowsOnGpu["type"], Kernels>();
  kernelsOf.set(device, known);
  const compiled = known.get(type) ?? compile(device, type);
  known.set(type, compiled);
  return compiled;
}

function compile(device: GPUDevice, type: RowsOnGpu["type"]): Kernels {
  const visibility = STAGE_COMPUTE;
  const types = ["read-only-storage", "uniform", "storage", "storage"] as const;
  const layout = device.createBindGroupLayout({
    label: "decodekit rows",
    entries: types.map((each, binding) => ({ binding, visibility, buffer: { type: each } })),
  });
  const module = device.createShaderModule({ label: "decodekit rows", code: reductionShader(type) });
  const pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [layout] });
  const pipeline = (entryPoint: string): GPUComputePipeline =>
    device.createComputePipeline({ label: `decodekit ${entryPoint}`, layout: pipelineLayout, compute: { module, entryPoint } });
  return { layout, scan: pipeline("scan"), reduce: pipeline("reduce") };
}
