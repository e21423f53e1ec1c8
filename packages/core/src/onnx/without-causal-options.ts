/** Options of loading that only a causal model has. */
type CausalOption = "rewriting" | "hiddenStates" | "hiddenLayers" | "draftHead" | "embeddingsFile";

/** Returns the definitions of the options of loading any model, without those that only a causal model has. */
export function withoutCausalOptions<Options extends Readonly<Record<CausalOption, unknown>>>(
  options: Options,
): Omit<Options, CausalOption> {
  const {
    rewriting: _rewriting,
    hiddenStates: _hiddenStates,
    hiddenLayers: _hiddenLayers,
    draftHead: _draftHead,
    embeddingsFile: _embeddingsFile,
    ...common
  } = options;
  return common;
}
