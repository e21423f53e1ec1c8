import type { RunReport } from "@decodekit/compare";
import { useState } from "preact/hooks";
import { partingOf, splitAtParting } from "../../prompt-sets/parting.ts";
import type { PromptRound } from "../../prompt-sets/run-prompt-set.ts";
import type { PromptSetResult } from "../../prompt-sets/set-result.ts";
import { letters, markers, texts } from "../../texts/texts.ts";

const t = texts.sets;

/** Every prompt and its texts, on demand: a set can have hundreds. */
export function PromptList({ shown }: { readonly shown: PromptSetResult }) {
  const [isOpen, setOpen] = useState(false);
  const [onlyParted, setOnlyParted] = useState(false);
  const parted = shown.rounds.filter(isParted);
  return (
    <details class="prompt-list" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t.details}</summary>
      {isOpen && (
        <>
          {shown.lanes.length > 1 && (
            <label class="check">
              <input type="checkbox" checked={onlyParted} onChange={(event) => setOnlyParted(event.currentTarget.checked)} />
              {t.onlyParted(parted.length)}
            </label>
          )}
          <ol>
            {(onlyParted ? parted : shown.rounds).map((round) => (
              <li key={round.prompt}>
                <PromptTexts round={round} shown={shown} />
              </li>
            ))}
          </ol>
        </>
      )}
    </details>
  );
}

function isParted({ runs, failures }: PromptRound): boolean {
  return failures.some((failure) => failure !== undefined) || runs.some((run) => run?.text !== runs[0]?.text);
}

function PromptTexts({ round, shown }: { readonly round: PromptRound; readonly shown: PromptSetResult }) {
  const [isOpen, setOpen] = useState(false);
  const { prompt, runs, failures } = round;
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span class="prompt-of-list" dir="auto">
          {t.promptSummary(prompt + 1, shown.set.prompts[prompt]!)}
        </span>
        <span class="prompt-state">{describeRound(round)}</span>
      </summary>
      {isOpen && (
        <div class="prompt-texts">
          {shown.lanes.map(({ title }, lane) => (
            <LaneText key={lane} lane={lane} title={title} run={runs[lane]} failure={failures[lane]} first={runs[0]} />
          ))}
        </div>
      )}
    </details>
  );
}

function describeRound({ runs, failures, isTimed }: PromptRound): string {
  const lettersOf = (isMeant: (lane: number) => boolean): string =>
    runs.flatMap((_, lane) => (isMeant(lane) ? [letters[lane]!] : [])).join(", ");
  const failed = lettersOf((lane) => failures[lane] !== undefined);
  const parted = lettersOf((lane) => runs[0] !== undefined && runs[lane] !== undefined && runs[lane].text !== runs[0].text);
  return [
    ...(failed === "" ? [] : [t.failedLanes(failed)]),
    ...(parted === "" ? [] : [t.parted(parted)]),
    ...(failed === "" && parted === "" && runs.length > 1 ? [t.allSame] : []),
    ...(failed === "" && !isTimed ? [t.notTimed] : []),
  ].join(" · ");
}

interface LaneTextProps {
  readonly lane: number;
  readonly title: string;
  readonly run: RunReport | undefined;
  readonly failure: string | undefined;
  readonly first: RunReport | undefined;
}

/** The text of a lane, marked from the word in which it differs from the first lane's. */
function LaneText({ lane, title, run, failure, first }: LaneTextProps) {
  const [shared, rest] = run && first ? splitAtParting(run.text, first.text) : [run?.text ?? "", ""];
  const differsAt = run && first && lane > 0 ? partingOf(run, first) : undefined;
  return (
    <section data-lane={lane}>
      <h3>
        <span class="marker" aria-hidden="true">
          {markers[lane]}
        </span>
        {letters[lane]} {title}
      </h3>
      {run ? (
        <>
          <p class="lane-output" dir="auto">
            {run.text === "" ? t.emptyText : shared}
            {rest !== "" && <mark>{rest}</mark>}
          </p>
          <p class="hint">
            {[
              t.tokens(run.tokens.length, run.targetPasses),
              ...(lane === 0 || !first ? [] : [differsAt === undefined ? t.sameAs(letters[0]) : t.differsAt(letters[0], differsAt + 1)]),
            ].join(" · ")}
          </p>
        </>
      ) : (
        <p class="problem">{failure === undefined ? t.noValue : t.failed(failure)}</p>
      )}
    </section>
  );
}
