import { type DraftContext, type DraftHead, DrafterError } from "@decodekit/core";

/** The drafters of each kind of head, for messages. */
const DRAFTERS = { eagle: "eagle() or eagleTree()", dflash: "dflash()" } as const satisfies Record<DraftHead["kind"], string>;

/**
 * Returns the draft head of the decode's causal model.
 * @throws DrafterError if there is none, or one of another kind.
 */
export function findHead<Kind extends DraftHead["kind"]>(
  drafter: string,
  kind: Kind,
  { models: { causal } }: DraftContext<"causal">,
): Extract<DraftHead, { readonly kind: Kind }> {
  const { draftHead } = causal;
  if (draftHead?.kind === kind) return draftHead as Extract<DraftHead, { readonly kind: Kind }>;
  if (draftHead)
    throw new DrafterError(drafter, `needs a draft head of the kind "${kind}", got "${draftHead.kind}": use ${DRAFTERS[draftHead.kind]}.`);
  const advice = "load the target with loadModel(source, { draftHead })";
  const inWorker = "a model in a worker has its draft head there, for decoders that run there";
  throw new DrafterError(drafter, `needs a target with a draft head (causal.draftHead), got one without: ${advice}; ${inWorker}.`);
}
