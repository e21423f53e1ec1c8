import { autoregressive, type Decoder, greedySampler, InvalidOptionError, isGreedy, type WarningHandler } from "@decodekit/core";
import type { CompiledConstraint } from "@decodekit/constraints";
import type { DecoderFactory } from "./reply-request.ts";
import type { ResolvedSettings } from "./reply-settings.ts";

export interface DecoderContext {
  readonly settings: ResolvedSettings;
  readonly constraint: CompiledConstraint | undefined;
  /** Whether rows are given to processors. */
  readonly hasProcessors: boolean;
  readonly onWarning: WarningHandler;
}

/**
 * Returns the decoder of a request, and reports the settings that it does not follow.
 * @throws InvalidOptionError if the factory returns no decoder.
 */
export function decoderOf(create: DecoderFactory | undefined, { settings, constraint, hasProcessors, onWarning }: DecoderContext): Decoder {
  const { sampler, ofSampler } = settings;
  if (!create) return autoregressive({ name: sampler.name === "greedy" ? "greedy" : "sample", sampler });
  let isTaken = false;
  const decoder = create({
    get sampler() {
      isTaken = true;
      return sampler;
    },
    constraint,
  });
  if (typeof (decoder as Decoder | undefined)?.decode !== "function") {
    const expected = "a function that returns a decoder, such as ({ sampler }) => speculative({ drafter, sampler })";
    throw new InvalidOptionError({ where: "reply", option: "decoder", expected, actual: decoder });
  }
  if (!isTaken) {
    const isAsWanted = sampler === greedySampler && decoder.sampler !== undefined && isGreedy(decoder.sampler);
    for (const option of isAsWanted ? [] : ofSampler) {
      const message = `${option} has no effect: the decoder ${decoder.name} was made without the sampler that follows it.`;
      onWarning({ where: "reply", option: `settings.${option}`, message });
    }
  }
  if (hasProcessors && !decoder.requires.includes("causal")) {
    const message = `penalties, biases, formats and the choice of tools have no effect: the decoder ${decoder.name} uses no causal model.`;
    onWarning({ where: "reply", option: "decoder", message });
  }
  return decoder;
}
