import type { TokenId } from "@decodekit/core";
import { texts } from "../texts/texts.ts";
import { type Branch, branchesOf } from "../trace/branches.ts";
import type { ReadTree } from "../trace/read-trees.ts";
import type { Trace } from "../trace/trace.ts";
import { tokenText } from "../texts/token-text.ts";

const t = texts.differ.tree;

interface CandidateTreeProps {
  /** The draft tree that was read for a position, if there is one. */
  readonly tree: ReadTree | undefined;
  readonly shown: Trace;
}

/** The candidates of a draft tree as nested branches, with the accepted path in bold. */
export function CandidateTree({ tree, shown }: CandidateTreeProps) {
  if (!tree) return null;
  const spell = (token: TokenId): string => tokenText(shown.vocabulary.get(token));
  const { length } = tree.tree.tokens;
  return (
    <section class="candidate-tree">
      <h3>{t.heading}</h3>
      <p class="hint">{tree.pass === undefined ? t.unread(length) : t.read(length, tree.pass)}</p>
      <Branches branches={branchesOf(tree)} spell={spell} />
      {tree.next !== undefined && <p class="hint">{t.next(spell(tree.next))}</p>}
    </section>
  );
}

function Branches({ branches, spell }: { readonly branches: readonly Branch[]; readonly spell: (token: TokenId) => string }) {
  return (
    <ul>
      {branches.map(({ candidates, branches: after }, index) => (
        <li key={index}>
          {candidates.map(({ token, isAccepted }, place) => (
            <code key={place} data-accepted={isAccepted ? "" : undefined}>
              {spell(token)}
              {isAccepted && <span class="sr-only"> ({t.accepted})</span>}
            </code>
          ))}
          {after.length > 0 && <Branches branches={after} spell={spell} />}
        </li>
      ))}
    </ul>
  );
}
