import type { PluginOption } from "@decodekit/core";
import type { AnnealedTemperature } from "../refine-options.ts";

/** Options of every preset. A preset returns an object to spread: `refine({ ...fastDllm(), processors })`. */
export interface PresetOptions {
  /** See `RefineOptions.blockLength`. */
  readonly blockLength?: number | undefined;
  /** Maximum predictions per block. @defaultValue blockLength, unless the preset has another default */
  readonly steps?: number | undefined;
  /** See `FillOptions.temperature`. */
  readonly temperature?: number | AnnealedTemperature | undefined;
}

type Default<Value> = PluginOption & { readonly default: Value };

/** The options of `PresetOptions` with the defaults of one preset. */
export type PresetDefinitions = {
  readonly blockLength: Default<number>;
  readonly steps: PluginOption;
  readonly temperature: Default<number>;
};

export function presetDefinitions(defaults: {
  readonly blockLength: number;
  readonly temperature: number;
  /** In words. @defaultValue "one per position" */
  readonly steps?: string;
}): PresetDefinitions {
  const { blockLength, temperature, steps = "one per position" } = defaults;
  return {
    blockLength: { type: "integer", help: "Positions that are filled together", default: blockLength, minimum: 1 },
    steps: { type: "integer", help: `Maximum predictions per block; by default ${steps}`, minimum: 1 },
    temperature: { type: "number", help: "0 chooses the most likely tokens", default: temperature, minimum: 0 },
  };
}
