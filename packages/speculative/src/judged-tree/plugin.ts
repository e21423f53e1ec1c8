import { type DecoderPlugin, type PluginOption, resolveOptions } from "@decodekit/core";
import { temperatureSampler } from "@decodekit/core/toolkit";
import { judgedTree, judgedTreeOptions } from "./judged-tree.ts";

const { natsPerToken, nodes, depth, rowCost, branches } = judgedTreeOptions;

const options = {
  natsPerToken,
  nodes,
  depth,
  rowCost,
  branches,
  temperature: { type: "number", help: "0 chooses the most likely tokens", default: 0, minimum: 0 },
} as const satisfies Readonly<Record<string, PluginOption>>;

type Options = { readonly [Name in keyof typeof options]?: number };

export const judgedTreePlugin: DecoderPlugin = {
  name: "judged-tree",
  title: "Judged tree",
  description: "Reads many continuations in one pass and accepts the path with the best trade of tokens for likelihood",
  requires: ["causal"],
  options,
  presets: [{ natsPerToken: 1 }],
  create(values) {
    const { temperature, ...rest } = resolveOptions<Options, typeof options>("judged-tree", values, options);
    return judgedTree({ ...rest, ...(temperature !== 0 && { sampler: temperatureSampler(temperature) }) });
  },
};
