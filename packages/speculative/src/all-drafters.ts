import type { Drafter } from "@decodekit/core";
import { cascade } from "./drafters/cascade.ts";
import { ddtree } from "./drafters/ddtree.ts";
import { dflash } from "./drafters/dflash.ts";
import { draftModel } from "./drafters/draft-model.ts";
import { eagle } from "./drafters/eagle.ts";
import { eagleTree } from "./drafters/eagle-tree.ts";
import { jacobi } from "./drafters/jacobi.ts";
import { lookahead } from "./drafters/lookahead.ts";
import { maskedDraft } from "./drafters/masked-draft.ts";
import { promptLookup } from "./drafters/prompt-lookup.ts";
import { suffix } from "./drafters/suffix.ts";

/** Every drafter with its default options, by its name on the command line. Add new drafters here. */
export const allDrafters: Readonly<Record<string, () => Drafter>> = {
  "prompt-lookup": promptLookup,
  suffix: () => suffix(),
  "draft-model": () => draftModel(),
  "masked-draft": () => maskedDraft(),
  ddtree: () => ddtree(),
  eagle: () => eagle(),
  "eagle-tree": () => eagleTree(),
  dflash: () => dflash(),
  jacobi,
  lookahead,
  cascade: () => cascade({ drafters: [suffix(), lookahead()] }),
};
