import { generate, type Decoder, type GenerateResult, type TokenId } from "@decodekit/core";
import { type Lane, makeLane } from "../src/lab/decoders.ts";
import { withStart } from "../src/lab/constrained-plugin.ts";
import type { TracedEvent } from "../src/trace/trace.ts";
import type { Settings } from "../src/url/settings.ts";
import type { RecordingModel } from "./recording-models.ts";

interface RunOptions {
  readonly maxNewTokens: number;
  readonly seed: number;
  /** @defaultValue those of the model */
  readonly stopTokens?: readonly number[];
  readonly onEvent?: (event: TracedEvent) => void;
}

/** A lane of the settings that can be run again and again. */
export interface RunnableLane {
  readonly lane: Lane;
  /** The tokens that the output starts with. */
  readonly start: readonly TokenId[];
  /** Runs it once; the tokens that it starts with count among the new ones. */
  readonly run: (options: RunOptions) => Promise<GenerateResult>;
}

/** Prepares the lanes of `settings` as the page does. `promptTokens` are those of their prompt. */
export function runnableLanes(
  { model, draft }: RecordingModel,
  { lanes }: Pick<Settings, "lanes">,
  promptTokens: Int32Array,
): readonly RunnableLane[] {
  return lanes.map(({ decoder: specification, start = [] }) => {
    const lane = makeLane(specification);
    const { plugin, options = {} } = lane;
    const decoder = plugin.create(withStart(plugin, options, start.length), model);
    const drafts = decoder.requires.includes("draft") ? { draft } : {};
    const begun = Int32Array.of(...promptTokens, ...start);
    return {
      lane,
      start,
      run: ({ onEvent, maxNewTokens, ...rest }) =>
        generate(model, begun, {
          ...drafts,
          ...rest,
          maxNewTokens: Math.max(1, maxNewTokens - start.length),
          decoder: onEvent ? recording(decoder, onEvent) : decoder,
        }).result,
    };
  });
}

/** Returns the same decoder, which also reports each event and the milliseconds spent inside the decoder so far. */
function recording(decoder: Decoder, onEvent: (event: TracedEvent) => void): Decoder {
  return {
    ...decoder,
    async *decode(...input) {
      const events = decoder.decode(...input);
      let milliseconds = 0;
      try {
        for (;;) {
          const started = performance.now();
          const next = await events.next();
          milliseconds += performance.now() - started;
          if (next.done) return;
          onEvent({ event: next.value, milliseconds });
          yield next.value;
        }
      } finally {
        await events.return();
      }
    },
  };
}
