import { useState } from "preact/hooks";
import { compareOutputs, figuresOf } from "../lab/facts.ts";
import * as state from "../lab/state.ts";
import { writeLink } from "../link/share-link.ts";
import { chapters, type LaneFacts, tour } from "../texts/tour-en.ts";
import { LaneGrid } from "./lane-grid.tsx";
import { RunButton } from "./setup.tsx";

/** One chapter: what to read on the left, its lanes on the right. */
export function TourPage() {
  const number = state.chapter.value;
  const { title, paragraphs, bet, look, conclusion, settings, also } = chapters[number - 1]!;
  return (
    <div class="tour">
      <article class="chapter" aria-labelledby="chapter-title">
        <ChapterNav number={number} />
        <p class="eyebrow">{tour.chapter(number)}</p>
        <h1 id="chapter-title">{title}</h1>
        {paragraphs.map((text) => (
          <p key={text}>{text}</p>
        ))}
        <Bet key={number} bet={bet} />
        <div class="chapter-actions">
          <RunButton label={tour.run} />
          <a class="button" href={writeLink(settings)}>
            {tour.openInLab}
          </a>
        </div>
        <h2>{tour.look}</h2>
        <ul>
          {look.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
        {also && (
          <>
            <h2>{also.title}</h2>
            <p>{also.text}</p>
            <div class="chapter-actions">
              <a class="button" href={writeLink(also.settings)}>
                {also.link}
              </a>
            </div>
          </>
        )}
        <h2>{tour.remember}</h2>
        <p class="conclusion">{conclusion}</p>
        <nav class="chapter-steps" aria-label={tour.heading}>
          {number > 1 ? <a href={`#/tour/${number - 1}`}>← {tour.previous}</a> : <span />}
          {number < chapters.length && <a href={`#/tour/${number + 1}`}>{tour.next} →</a>}
        </nav>
      </article>
      <div class="tour-lanes">
        <LaneGrid canChange={false} />
      </div>
    </div>
  );
}

function ChapterNav({ number }: { readonly number: number }) {
  return (
    <ol class="chapter-nav" aria-label={tour.heading}>
      {chapters.map(({ title }, index) => (
        <li key={title}>
          <a
            href={`#/tour/${index + 1}`}
            aria-current={index + 1 === number ? "step" : undefined}
            title={title}
            aria-label={`${tour.chapter(index + 1)}: ${title}`}
          >
            {index + 1}
          </a>
        </li>
      ))}
    </ol>
  );
}

/** A question first; the run answers it, right or wrong is not counted. */
function Bet({ bet: { question, choices, answer } }: { readonly bet: (typeof chapters)[number]["bet"] }) {
  const [chosen, setChosen] = useState<string>();
  const facts = factsOfRun();
  return (
    <section class="bet" aria-label={tour.bet}>
      <h2>{tour.bet}</h2>
      <fieldset>
        <legend>{question}</legend>
        <div class="choices">
          {choices.map((choice) => (
            <label key={choice}>
              <input type="radio" name="bet" checked={chosen === choice} onChange={() => setChosen(choice)} />
              <span>{choice}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <p class="answer" role="status">
        {chosen !== undefined &&
          (facts ? (
            <>
              <strong>{tour.betAnswer}:</strong> {answer(facts)}
            </>
          ) : (
            tour.betWaiting
          ))}
      </p>
    </section>
  );
}

/** Undefined until every lane is shown to its end. */
function factsOfRun(): readonly LaneFacts[] | undefined {
  const shown = state.trace.value;
  const states = state.laneStates.value;
  if (!shown || states.length === 0 || states.some(({ finishReason }) => finishReason === undefined)) return undefined;
  return shown.lanes.map((lane, index) => {
    const laneState = states[index]!;
    const { passes, draftPasses, tokens, revisions } = figuresOf(lane, laneState, true);
    const { drafted, accepted } = laneState.statistics;
    return {
      tokens,
      promptTokens: shown.promptTokens.length,
      passes,
      draftPasses,
      drafted,
      accepted,
      revisions,
      sameAsFirst: compareOutputs(states[0]!, laneState).differsAt === undefined,
      milliseconds: laneState.milliseconds,
    };
  });
}
