import { isRunShown, shownScene } from "../../lab/bets.ts";
import * as state from "../../lab/state.ts";
import { texts } from "../../texts/texts.ts";
import { chapters, type TourScene } from "../../tour/scenes.ts";
import { writeLink } from "../../url/share-link.ts";
import { LaneGrid } from "../lane-grid.tsx";
import { RunNotes } from "../run-notes.tsx";
import { RunButton } from "../setup.tsx";
import { StatusLine } from "../status-line.tsx";
import { BetCard } from "./bet-card.tsx";
import { ChapterMenu, SceneNav, Steps } from "./chapter-nav.tsx";
import { CoveredLanes } from "./covered-lanes.tsx";
import { YourOwn } from "./your-own.tsx";

const t = texts.tour;

/** One scene of a chapter: its text, and beside it its lanes. The last chapter leads to Compare. */
export function TourPage() {
  const [number, sceneNumber] = [state.chapter.value, state.scene.value];
  const { id } = chapters[number - 1]!;
  const scene = shownScene.value;
  const steps = <Steps chapter={number} scene={sceneNumber} />;
  return (
    <article class="tour" data-scene={scene?.id} aria-labelledby="chapter-title">
      <div class="chapter">
        <ChapterMenu number={number} />
        <h1 id="chapter-title">{t.chapterTitles[id]}</h1>
        <SceneNav chapter={number} number={sceneNumber} />
        {scene ? <BeforeTheBet scene={scene} /> : <YourOwn />}
        {!scene && steps}
      </div>
      {scene && <SceneLanes scene={scene} />}
      {scene && (
        <div class="chapter">
          {isRunShown.value && <AfterTheBet scene={scene} />}
          {steps}
        </div>
      )}
    </article>
  );
}

function BeforeTheBet({ scene }: { readonly scene: TourScene }) {
  return (
    <>
      {t.sceneTexts[scene.id].paragraphs.map((text) => (
        <p key={text}>{text}</p>
      ))}
      <BetCard key={scene.id} scene={scene} />
    </>
  );
}

function AfterTheBet({ scene }: { readonly scene: TourScene }) {
  const { look, conclusion } = t.sceneTexts[scene.id];
  return (
    <>
      <SceneActions scene={scene} />
      <h2>{t.look}</h2>
      <ul>
        {look.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      <h2>{t.remember}</h2>
      <p class="conclusion">{conclusion}</p>
    </>
  );
}

function SceneActions({ scene: { settings } }: { readonly scene: TourScene }) {
  return (
    <div class="chapter-actions">
      <RunButton label={t.run} />
      <a class="button" href={writeLink(settings)}>
        {t.openInLab}
      </a>
      {settings.lanes.length > 1 && (
        <a class="button" href={writeLink(settings, [], "measure")}>
          {t.measure}
        </a>
      )}
    </div>
  );
}

function SceneLanes({ scene }: { readonly scene: TourScene }) {
  return (
    <div class="tour-lanes">
      {isRunShown.value ? (
        <>
          <StatusLine />
          <LaneGrid canChange={false} />
          <RunNotes />
        </>
      ) : (
        <CoveredLanes scene={scene} />
      )}
    </div>
  );
}
