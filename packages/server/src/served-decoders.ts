import type { CompiledConstraint } from "@decodekit/constraints";
import { autoregressive, type Decoder, type Sampler } from "@decodekit/core";
import { ApiError } from "./api-error.ts";
import { SAMPLER_PARAMETERS, type SamplingParameters } from "./request/sampling.ts";
import type { ServedModel } from "./served-models.ts";

/** What a decoder is made for. */
export interface DecoderSettings {
  /** How the request's temperature, top_p, top_k and min_p choose a token. */
  readonly sampler: Sampler;
  /** What holds the answer to a format or to tools, for drafters that use it; it is applied in any case. */
  readonly constraint: CompiledConstraint | undefined;
  readonly model: ServedModel;
}

/**
 * A decoder that requests may name: one for all of them, which chooses tokens in its own way, or a function that makes one for a request,
 * such as `({ sampler }) => speculative({ drafter: promptLookup(), sampler })`.
 */
export type ServedDecoder = Decoder | ((settings: DecoderSettings) => Decoder);

/** A decoder by its name. */
export interface NamedDecoder {
  readonly name: string;
  /** Makes the decoder of one text. */
  make(settings: DecoderSettings): Decoder;
}

export interface ServedDecoders {
  readonly names: readonly string[];
  /**
   * Returns the decoder for a request. `name`: undefined for the default one.
   * @throws ApiError for an unknown name, or for parameters that the decoder does not take.
   */
  get(name: string | undefined, parameters: SamplingParameters): NamedDecoder;
}

/** One token per pass. */
export const PLAIN: ServedDecoder = ({ sampler }) => autoregressive({ name: "plain", sampler });

/** `first`: the name of the default decoder. */
export function servedDecoders(decoders: Readonly<Record<string, ServedDecoder>>, first: string): ServedDecoders {
  const names = Object.keys(decoders);
  return {
    names,
    get(name = first, parameters) {
      const found = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
      if (!found) {
        const message = `decoder must be one of ${names.map((each) => `"${each}"`).join(", ")}, got ${JSON.stringify(name)}.`;
        throw new ApiError(message, { param: "decoder", code: "decoder_not_found" });
      }
      if (typeof found === "function") return { name, make: found };
      const refused = SAMPLER_PARAMETERS.find((parameter) => parameters[parameter] !== undefined);
      if (refused === undefined) return { name, make: () => found };
      const message = `${refused} must be left out, since the decoder "${name}" chooses tokens in its own way.`;
      throw new ApiError(message, { param: refused, code: "invalid_value" });
    },
  };
}
