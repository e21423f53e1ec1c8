import { useState } from "preact/hooks";
import * as state from "../lab/state.ts";
import { writeLink } from "../url/share-link.ts";
import { chapters, tour } from "../texts/tour-en.ts";
import { type Bet, type Chapter, tourLink } from "../tour/chapter.ts";
import { factsOf } from "../tour/lane-facts.ts";
import { LaneGrid } from "./lane-grid.tsx";
import { RunButton } from "./setup.tsx";

/** One scene of a chapter: its text on the left, its lanes on the right. */
export function TourPage() {
  const [number, sceneNumber] = [state.chapter.value, state.scene.value];
  const { title, scenes } = chapters[number - 1]!;
  const { paragraphs, bet, look, conclusion, settings } = scenes[sceneNumber - 1]!;
  return (
    <div class="tour">
      <article class="chapter" aria-labelledby="chapter-title">
        <ChapterNav number={number} />
        <p class="eyebrow">{tour.chapter(number)}</p>
        <h1 id="chapter-title">{title}</h1>
        {scenes.length > 1 && <SceneNav chapter={number} scenes={scenes} number={sceneNumber} />}
        {paragraphs.map((text) => (
          <p key={text}>{text}</p>
        ))}
        <BetCard key={`${number}/${sceneNumber}`} bet={bet} />
        <div class="chapter-actions">
          <RunButton label={tour.run} />
          <a class="button" href={writeLink(settings)}>
            {tour.openInLab}
          </a>
          {settings.lanes.length > 1 && (
            <a class="button" href={writeLink(settings, [], "measure")}>
              {tour.measure}
            </a>
          )}
        </div>
        <h2>{tour.look}</h2>
        <ul>
          {look.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
        <h2>{tour.remember}</h2>
        <p class="conclusion">{conclusion}</p>
        <Steps chapter={number} scene={sceneNumber} />
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
            href={tourLink(index + 1)}
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

interface SceneNavProps {
  readonly chapter: number;
  readonly scenes: Chapter["scenes"];
  readonly number: number;
}

function SceneNav({ chapter, scenes, number }: SceneNavProps) {
  return (
    <nav class="scene-nav" aria-label={tour.scenes}>
      {scenes.map(({ name }, index) => (
        <a key={name} href={tourLink(chapter, index + 1)} aria-current={index + 1 === number ? "step" : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
}

const places = chapters.flatMap(({ title, scenes }, chapter) =>
  scenes.map(({ name }, scene) => ({ chapter: chapter + 1, scene: scene + 1, title, name })),
);

/** Links to the previous and next scene. */
function Steps({ chapter, scene }: { readonly chapter: number; readonly scene: number }) {
  const here = places.findIndex((place) => place.chapter === chapter && place.scene === scene);
  const [before, after] = [places[here - 1], places[here + 1]];
  const titleOf = (place: (typeof places)[number]): string => (place.chapter === chapter ? place.name! : place.title);
  return (
    <nav class="chapter-steps" aria-label={`${tour.previous}, ${tour.next}`}>
      {before ? (
        <a href={tourLink(before.chapter, before.scene)}>
          ← {tour.previous}: {titleOf(before)}
        </a>
      ) : (
        <span />
      )}
      {after && (
        <a href={tourLink(after.chapter, after.scene)}>
          {tour.next}: {titleOf(after)} →
        </a>
      )}
    </nav>
  );
}

/** A question that the run answers. Answers are not scored. */
function BetCard({ bet: { question, choices, answer } }: { readonly bet: Bet }) {
  const [chosen, setChosen] = useState<string>();
  const shown = state.trace.value;
  const facts = shown && factsOf(shown, state.laneStates.value);
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
