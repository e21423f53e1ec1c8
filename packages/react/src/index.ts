export type { AnyGeneration, GenerationState, GenerationStatus, Proposal } from "./generation-state.ts";
export { useGeneration, type UseGeneration } from "./use-generation.ts";
