// Stryker disable all: what the tests are about is found out by the kit, not here
import { type DecodeBody, type Decoder, type ModelRole, runDecode } from "@decodekit/core";
import type { DecoderTestOptions } from "../subject.ts";

/** A decoder with one defect, and how the kit names it. */
export interface Defect {
  readonly create: () => Decoder;
  /** How the title of the check begins that is there to find it, without its rule. */
  readonly foundBy: string;
  /** What its message must say: the place and the reason. */
  readonly says: readonly string[];
  readonly options?: DecoderTestOptions;
}

export type Defects = Readonly<Record<string, Defect>>;

/** A decoder whose part is `body`, as an author would write it. */
export function running<Role extends ModelRole>(requires: readonly Role[], body: DecodeBody<Role>, extra: Partial<Decoder> = {}): Decoder {
  const decoder: Decoder<Role> = {
    name: "broken",
    requires,
    decode: (models, prompt, options) => runDecode(decoder, models, prompt, options, body),
  };
  return { ...(decoder as unknown as Decoder), ...extra };
}
