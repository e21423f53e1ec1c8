import type { Tensor } from "onnxruntime-web";
import { vi } from "vitest";
import { environment } from "../../../packages/core/src/onnx/environment/node.ts";

export interface WatchedGraphs {
  /** Names of the inputs of each pass, without those of the cache. */
  readonly fed: string[][];
  /** Number of rows of logits that each pass returned. */
  readonly returned: number[];
  /** Number of tokens that each pass read. */
  readonly positions: number[];
  /** Returns the tensors of caches that were fed or returned and are not freed yet. */
  readonly heldTensors: () => readonly Tensor[];
  /** Forgets the passes so far, such as those that probe a graph when it is loaded. */
  readonly forgetPasses: () => void;
  /** How many graphs were created and how many released. */
  readonly count: { made: number; released: number };
  /** Returns how many tensors were freed since the last call. */
  readonly freedTensors: () => number;
  /** Called once when the next graph is about to be created. */
  atCreate: (() => void) | undefined;
  /** Called once when the next pass is about to run. */
  atRun: (() => void) | undefined;
}

/** Records the native runtime's calls from now on without changing them. Ends with `vi.restoreAllMocks`. */
export async function watchGraphs(): Promise<WatchedGraphs> {
  const runtime = await environment.openRuntime("native");
  const { ort } = runtime;
  const call = (at: "atCreate" | "atRun"): void => {
    watched[at]?.();
    watched[at] = undefined;
  };
  const fed: string[][] = [];
  const returned: number[] = [];
  const positions: number[] = [];
  const held = new Set<Tensor>();
  const count = { made: 0, released: 0 };
  const create = ort.InferenceSession.create.bind(ort.InferenceSession) as (
    ...args: unknown[]
  ) => ReturnType<typeof ort.InferenceSession.create>;
  vi.spyOn(ort.InferenceSession, "create").mockImplementation(async (...args: unknown[]) => {
    call("atCreate");
    const inference = await create(...args);
    count.made++;
    const run: typeof inference.run = inference.run.bind(inference);
    inference.run = async (feeds: Parameters<typeof run>[0], ...fetches: unknown[]) => {
      fed.push(Object.keys(feeds).filter((name) => !name.startsWith("past_key_values.")));
      for (const [name, tensor] of Object.entries(feeds)) if (name.startsWith("past")) held.add(tensor);
      positions.push(feeds["input_ids"]?.dims[1] ?? 0);
      call("atRun");
      const outputs = await (run as (...args: unknown[]) => ReturnType<typeof run>)(feeds, ...fetches);
      for (const [name, tensor] of Object.entries(outputs)) if (name !== "logits") held.add(tensor);
      if (outputs.logits) returned.push(outputs.logits.dims[1]!);
      return outputs;
    };
    const release = inference.release.bind(inference);
    inference.release = () => {
      count.released++;
      return release();
    };
    return inference;
  });
  // Tensors that a cache makes have room for more positions, unlike those of logits, masks and other inputs.
  const Tensor = new Proxy(ort.Tensor, {
    construct(target, parameters, caller) {
      const tensor = Reflect.construct(target, parameters, caller) as Tensor;
      if (tensor.location === "cpu" && tensor.type.startsWith("float") && memoryOf(tensor) > tensor.size * 4) held.add(tensor);
      return tensor;
    },
  });
  const watchedRuntime = { ...runtime, ort: Object.create(ort, { Tensor: { value: Tensor } }) as typeof ort };
  const open = environment.openRuntime.bind(environment);
  vi.spyOn(environment, "openRuntime").mockImplementation(async (name) => (name === "native" ? watchedRuntime : open(name)));
  // oxlint-disable-next-line typescript/unbound-method -- called on the tensor below
  const { dispose } = ort.Tensor.prototype;
  const free = vi.spyOn(ort.Tensor.prototype, "dispose").mockImplementation(function (this: Tensor) {
    held.delete(this);
    dispose.call(this);
  });
  const freedTensors = (): number => {
    const { length } = free.mock.calls;
    free.mockClear();
    return length;
  };
  const forgetPasses = (): void => {
    fed.splice(0);
    returned.splice(0);
    positions.splice(0);
  };
  const watched: WatchedGraphs = {
    fed,
    returned,
    positions,
    heldTensors: () => [...held],
    forgetPasses,
    count,
    freedTensors,
    atCreate: undefined,
    atRun: undefined,
  };
  return watched;
}

/** Returns the size of the memory that holds a tensor, in bytes. */
export function memoryOf({ data }: Tensor): number {
  return (data as Float32Array).buffer.byteLength;
}
