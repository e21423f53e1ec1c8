import type { Sampler } from "../contracts/sampler.ts";
import { type ObjectOption, objectOption } from "../options.ts";

/** An option whose value is a `Sampler`. */
export const SAMPLER_OPTION: ObjectOption = objectOption(
  "a Sampler, for example topPSampler()",
  (value) => typeof (value as Sampler | null)?.distribution === "function" && typeof (value as Sampler).pick === "function",
);

/** An option whose value is an array of `LogitsProcessor`. */
export const PROCESSORS_OPTION: ObjectOption = objectOption(
  "an array of functions",
  (value) => Array.isArray(value) && value.every((processor) => typeof processor === "function"),
);
