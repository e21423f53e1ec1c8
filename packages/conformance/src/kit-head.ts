import type { DraftContext, DraftHead, Drafter, ModelRole } from "@decodekit/core";

/** Number of positions of a block of the kit's head. */
const BLOCK_SIZE = 5;

/**
 * Returns the drafter as it drafts on the kit's models. Their causal model has an EAGLE head, whose sessions have the calls of a DFlash head
 * too: a drafter for that kind gets it as one. Any other drafter is returned as it is.
 */
export function onKitModels<Role extends ModelRole>(drafter: Drafter<Role>): Drafter<Role> {
  if (drafter.draftHead !== "dflash") return drafter;
  const start: Drafter<Role>["start"] = (context) => {
    const { causal } = (context as DraftContext).models;
    const draftHead = { ...causal.draftHead, kind: drafter.draftHead, blockSize: BLOCK_SIZE } as DraftHead;
    return drafter.start({ ...context, models: { ...context.models, causal: { ...causal, draftHead } } });
  };
  return { ...drafter, start };
}
