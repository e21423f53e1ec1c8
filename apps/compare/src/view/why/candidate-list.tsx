import type { TokenId } from "@decodekit/core";
import type { BranchObstacle } from "../../why/branch-obstacle.ts";
import { format, texts } from "../../texts/texts.ts";
import { tokenText } from "../../texts/token-text.ts";
import type { Trace } from "../../trace/trace.ts";
import type { CandidateRow } from "../../why/candidate-rows.ts";
import { isStopToken, TokenText } from "./token-text.tsx";

interface CandidateListProps {
  readonly rows: readonly CandidateRow[];
  readonly shown: Trace;
  readonly obstacle: BranchObstacle | undefined;
  readonly onBranch: (token: TokenId) => void;
}

/** The tokens that could stand at a position, with their probabilities before and after the decoder's cut; others continue in a new lane. */
export function CandidateList({ rows, shown, obstacle, onBranch }: CandidateListProps) {
  const t = texts.why.branch;
  const largest = Math.max(...rows.flatMap(({ before, after = 0 }) => [before, after]));
  return (
    <>
      <p class="hint">{obstacle ? t.obstacles[obstacle] : t.hint}</p>
      <ol class="candidates">
        {rows.map((row, index) => (
          <li
            key={row.token}
            data-chosen={row.isChosen ? "" : undefined}
            data-cut={row.after === 0 ? "" : undefined}
            data-after-gap={isAfterGap(rows, index) ? "" : undefined}
          >
            {row.isChosen || obstacle || isStopToken(shown, row.token) ? (
              <div class="candidate">
                <Candidate row={row} shown={shown} largest={largest} />
              </div>
            ) : (
              <button type="button" class="candidate" onClick={() => onBranch(row.token)}>
                <span class="sr-only">{t.action(`“${tokenText(shown.vocabulary.get(row.token))}”`)}: </span>
                <Candidate row={row} shown={shown} largest={largest} />
              </button>
            )}
          </li>
        ))}
      </ol>
    </>
  );
}

/** Whether tokens that are likelier than this one are missing from the list before it. */
function isAfterGap(rows: readonly CandidateRow[], index: number): boolean {
  const before = rows[index - 1]?.rank;
  const { rank } = rows[index]!;
  return index > 0 && (rank === undefined || before === undefined || rank > before + 1);
}

interface CandidateProps {
  readonly row: CandidateRow;
  readonly shown: Trace;
  /** The probability that a whole bar stands for. */
  readonly largest: number;
}

function Candidate({ row, shown, largest }: CandidateProps) {
  const { token, before, after, isChosen, rank } = row;
  const t = texts.why;
  return (
    <>
      <span class="candidate-rank number">{rank === undefined ? "" : format.integer(rank)}</span>
      <TokenText token={token} shown={shown} />
      <span class="candidate-bars" aria-hidden="true">
        <span class="bar" data-when="before" style={{ "--share": before / largest }} />
        {after !== undefined && after > 0 && <span class="bar" data-when="after" style={{ "--share": after / largest }} />}
      </span>
      <span class="candidate-before number">{format.probability(before)}</span>
      {after !== undefined && (
        <span class="candidate-after number">
          <span aria-hidden="true">{t.arrow}</span> {after === 0 ? t.nothing : format.probability(after)}
          {after === 0 && <span class="candidate-cut">{t.leftOut}</span>}
        </span>
      )}
      {isChosen && <span class="sr-only">{t.chosen}</span>}
    </>
  );
}
