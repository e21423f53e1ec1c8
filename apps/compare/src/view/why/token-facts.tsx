import { format, texts } from "../../texts/texts.ts";
import type { Cell } from "../../trace/cell.ts";
import type { TokenScore } from "../../trace/trace.ts";
import type { DraftRule } from "../../why/acceptance.ts";
import type { InDraft, Why } from "../../why/why.ts";

interface TokenFactsProps {
  readonly cell: Cell;
  readonly why: Why;
  /** Number of tokens of the vocabulary. */
  readonly vocabSize: number;
}

/** Who proposed the token, how it was verified, and how likely it was. */
export function TokenFacts({ cell, why, vocabSize }: TokenFactsProps) {
  const t = texts.why;
  const { draft, drafter, score, candidates } = why;
  const after = candidates.find(({ isChosen }) => isChosen)?.after;
  const isDrafted = cell.state === "accepted" || cell.state === "proposed" || cell.state === "rejected";
  const acceptance = draft && acceptanceText(draft);
  const isQNamed = acceptance !== undefined && namesQ(draft!.rule);
  return (
    <>
      <p>
        {isDrafted && drafter !== undefined ? t.fromDrafter(drafter, cell.by, cell.pass) : t.from(cell.by, cell.pass)}.
        {draft && ` ${t.inDraft(draft.place, draft.drafted, draft.accepted, draft.pass)}.`}
      </p>
      {acceptance !== undefined && (
        <p>
          {acceptance}. {draft!.rule !== "greedy" && <span class="hint">{isQNamed ? t.pAndQ.q : t.pAndQ.p}</span>}
        </p>
      )}
      {score && <p>{likelihoodText(score, after, vocabSize)}</p>}
      {cell.probability !== undefined && !isQNamed && <p>{t.reported[reportedBy(cell)](format.probability(cell.probability))}</p>}
    </>
  );
}

/** Whether the sentence about a rule names the probability under the drafter. */
export function namesQ(rule: DraftRule | undefined): boolean {
  return rule === "ratio" || rule === "block";
}

function reportedBy({ by, state }: Cell): keyof typeof texts.why.reported {
  if (by.phase === "refine") return "masked";
  return state === "accepted" || state === "proposed" || state === "rejected" ? "draft" : "other";
}

function likelihoodText({ rank, probability }: TokenScore, after: number | undefined, vocabSize: number): string {
  const t = texts.why;
  const percentages = t.percentages(format.probability(probability), after === undefined ? undefined : format.probability(after));
  return rank === undefined ? percentages : t.rank(format.integer(rank), format.integer(vocabSize), percentages);
}

function acceptanceText({ rule, p, q, acceptance }: InDraft): string | undefined {
  const t = texts.why.rules;
  if (rule === "greedy") return t.greedy;
  if (rule === undefined || p === undefined) return undefined;
  return ruleText(t, rule, { p, q, acceptance });
}

type RuleTexts = Omit<typeof texts.why.rules, "greedy">;

/** Describes how likely a drafted token was to be accepted; undefined where the run does not tell. */
export function ruleText(
  t: RuleTexts,
  rule: keyof RuleTexts,
  { p, q, acceptance }: { readonly p: number; readonly q: number | undefined; readonly acceptance: number | undefined },
): string | undefined {
  const { probability } = format;
  if (rule === "match" || rule === "gumbel") return t[rule](probability(p));
  if (q === undefined) return undefined;
  if (rule === "block") return t.block(probability(p), probability(q));
  return acceptance === undefined ? undefined : t.ratio(probability(p), probability(q), probability(acceptance));
}
