import { format, texts } from "../../texts/texts.ts";
import type { Trace } from "../../trace/trace.ts";
import type { TakenBack as TakenBackToken } from "../../why/why.ts";
import { namesQ, ruleText } from "./token-facts.tsx";
import { TokenText } from "./token-text.tsx";

interface TakenBackProps {
  /** At least one, oldest first. */
  readonly tokens: readonly TakenBackToken[];
  readonly shown: Trace;
}

/** The tokens that were shown at a position and taken back: why, and what came in their place. */
export function TakenBack({ tokens, shown }: TakenBackProps) {
  const t = texts.why;
  return (
    <>
      <h3>{t.undone}</h3>
      <ul class="undone">
        {tokens.map((each, index) => (
          <li key={index}>
            <span class="token-sample" data-state="rejected">
              <TokenText token={each.token} shown={shown} />
            </span>{" "}
            {t.takenBack[each.why](each.undoneAtPass)}
            {each.replacedBy !== undefined && (
              <>
                {t.replacedBy[each.why]}
                <TokenText token={each.replacedBy} shown={shown} />
              </>
            )}
            <Details token={each} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Details({ token: { why, draft, probability } }: { readonly token: TakenBackToken }) {
  const verdict = why === "rejected" && draft ? verdictOf(draft) : undefined;
  // The verdict names the probability under the drafter too, where it counts.
  const isNamed = verdict !== undefined && namesQ(draft!.rule);
  const parts = [
    ...(verdict === undefined ? [] : [verdict]),
    ...(probability === undefined || isNamed ? [] : [texts.why.probability(format.probability(probability))]),
  ];
  return parts.length > 0 ? <span class="hint"> · {parts.join(" · ")}</span> : null;
}

function verdictOf({ rule, p, q, acceptance }: NonNullable<TakenBackToken["draft"]>): string | undefined {
  const t = texts.why.rejectedRules;
  if (rule === "greedy") return t.greedy;
  return rule === undefined || p === undefined ? undefined : ruleText(t, rule, { p, q, acceptance });
}
