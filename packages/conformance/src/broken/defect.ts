// Stryker disable all: the kit detects these defects; nothing tests them here
import { type Decoder, type DecoderDefinition, defineDecoder, type ModelRole } from "@decodekit/core";
import type { DecoderTestOptions } from "../subject.ts";

/** A decoder with one defect, and how the kit reports it. */
export interface Defect {
  readonly create: () => Decoder;
  /** Beginning of the name of the check that detects it, without its rule. */
  readonly foundBy: string;
  /** Parts of its error message: the place and the reason. */
  readonly message: readonly string[];
  readonly options?: DecoderTestOptions;
}

export type Defects = Readonly<Record<string, Defect>>;

/** Returns a decoder that does `run`, as an author would write it. */
export function running<Role extends ModelRole>(
  requires: readonly Role[],
  run: DecoderDefinition<Role>["run"],
  extra: Partial<Decoder> = {},
): Decoder {
  return { ...(defineDecoder({ name: "broken", requires, run }) as unknown as Decoder), ...extra };
}
