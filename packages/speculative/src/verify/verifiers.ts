import { block } from "./block.ts";
import { gumbel, match } from "./match.ts";
import { ratio } from "./ratio.ts";
import { tree } from "./tree.ts";
import type { Verifier } from "./verifier.ts";

// The verification rules by name. Add new ones here.
const byName = { match, gumbel, ratio, block, tree } as const;

/** The rule that decides which drafted tokens are accepted. All rules are exact; they differ in what they accept and require. */
export type Verify = keyof typeof byName;

/** The verification rules by name. */
export const verifiers: Readonly<Record<Verify, Verifier>> = byName;
