import { type Decoder, generate } from "@decodekit/core";
import { greedy } from "@decodekit/greedy";
import { promptLookup, speculative } from "@decodekit/speculative";
import { type Contender, digestOf } from "./contender.ts";

/** decodekit with a decoder, which is made when the model is loaded. */
function decodekitWith(name: string, create: () => Decoder): Contender {
  return {
    name,
    async open(place) {
      const model = await place.load();
      const decoder = create();
      return {
        async decode({ tokens: prompt }, limits) {
          const started = performance.now();
          const { tokens, statistics } = await generate(model, prompt, { decoder, ...limits }).result;
          const milliseconds = performance.now() - started;
          const firstTokenMilliseconds = statistics.timeToFirstTokenMilliseconds ?? milliseconds;
          return { tokens: tokens.length, firstTokenMilliseconds, milliseconds, digest: digestOf(tokens) };
        },
        close: () => model.dispose(),
      };
    },
  };
}

export const decodekit = decodekitWith("decodekit", () => greedy());

export const decodekitLookup = decodekitWith("decodekit, prompt lookup", () =>
  speculative({ drafter: promptLookup(), draftLength: "auto" }),
);
