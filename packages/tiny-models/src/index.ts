export { puzzles } from "./puzzles.ts";
export { storiesDraft } from "./stories-draft.ts";
export { stories } from "./stories.ts";
