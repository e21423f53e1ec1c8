import type { Tensor } from "onnxruntime-common";
import type { HiddenStates, Logits } from "../contracts/model.ts";
import { float16ToFloat32 } from "../numbers/float16.ts";
import type { GraphSignature } from "./graph-signature.ts";

/** Whether the passes of a graph can return hidden states; those of a canvas graph beside it do not. */
export function returnsStates({ hiddenStates, layerStates }: Pick<GraphSignature, "hiddenStates" | "layerStates">): boolean {
  return hiddenStates || layerStates;
}

/** Reads the states of the last `count` tokens of a tensor (1, tokens, size), which is disposed. */
export async function readHiddenStates(tensor: Tensor, count: number): Promise<HiddenStates> {
  const [, tokens, size] = tensor.dims as [number, number, number];
  const data = (await tensor.getData(true)) as Float32Array | Uint16Array;
  // Until now, only what lies on a GPU is freed.
  tensor.dispose();
  const last = data.subarray((tokens - count) * size);
  return {
    size,
    values: last instanceof Float32Array ? last : float16ToFloat32(new Uint16Array(last.buffer, last.byteOffset, last.length)),
  };
}

/** Returns the states that several passes returned, one after another. */
export function joinedStates(
  passes: readonly Pick<Logits, "hiddenStates" | "layerStates">[],
): Pick<Logits, "hiddenStates" | "layerStates"> {
  const hiddenStates = joinHiddenStates(passes.map((pass) => pass.hiddenStates));
  const layerStates = joinHiddenStates(passes.map((pass) => pass.layerStates));
  return { ...(hiddenStates && { hiddenStates }), ...(layerStates && { layerStates }) };
}

function joinHiddenStates(parts: readonly (HiddenStates | undefined)[]): HiddenStates | undefined {
  const present = parts.filter((part) => part !== undefined);
  const [first, ...others] = present;
  if (!first || others.length === 0) return first;
  const values = new Float32Array(present.reduce((sum, part) => sum + part.values.length, 0));
  let end = 0;
  for (const part of present) {
    values.set(part.values, end);
    end += part.values.length;
  }
  return { size: first.size, values };
}
