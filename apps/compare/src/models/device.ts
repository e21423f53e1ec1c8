/** What models run on by default. */
export interface Device {
  /** Whether there is a hardware GPU that pages can use. */
  readonly gpu: boolean;
  /** Whether the GPU computes in float16. */
  readonly float16: boolean;
}

/** Looks for a GPU. One that is emulated on the CPU does not count. */
export async function findDevice(): Promise<Device> {
  const adapter = await globalThis.navigator?.gpu?.requestAdapter().catch(() => null);
  const gpu = adapter !== null && adapter !== undefined && !adapter.info.isFallbackAdapter;
  return { gpu, float16: gpu && adapter.features.has("shader-f16") };
}
