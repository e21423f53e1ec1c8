import { checkOptions, type OptionCheck } from "@decodekit/core";
import type { AnnealedTemperature } from "../refine-options.ts";

/** What every preset takes. The result is an object to spread: `refine({ ...fastDllm(), processors })`. */
export interface PresetOptions {
  /** See `RefineOptions.blockLength`. */
  readonly blockLength?: number | undefined;
  /** Most predictions per block. @defaultValue blockLength, where the preset says nothing else */
  readonly steps?: number | undefined;
  /** See `FillOptions.temperature`. */
  readonly temperature?: number | AnnealedTemperature | undefined;
}

/** Whatever makes use of the value checks it. */
const checkedLater: OptionCheck = { expected: "", accepts: () => true };

/** @throws InvalidOptionError for an option that is none of the common ones and not in `names`. */
export function checkNames(where: string, options: object, names: readonly string[] = []): void {
  const known = ["blockLength", "steps", "temperature", ...names];
  checkOptions(where, options, Object.fromEntries(known.map((name) => [name, checkedLater])));
}
