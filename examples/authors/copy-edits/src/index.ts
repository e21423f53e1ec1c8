export { copyEdits } from "./copy-edits.ts";
export type { CopyEditsOptions } from "./options.ts";
