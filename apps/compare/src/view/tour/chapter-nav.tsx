import { texts } from "../../texts/texts.ts";
import { tourLink } from "../../tour/chapter.ts";
import { chapters, type TourScene } from "../../tour/scenes.ts";

const t = texts.tour;

/** Where the visitor is in the tour, and on demand the titles of all chapters. */
export function ChapterMenu({ number }: { readonly number: number }) {
  return (
    // A new element for each chapter, which is folded.
    <details class="chapter-menu" key={number}>
      <summary>{t.contents(number, chapters.length)}</summary>
      <nav aria-label={t.heading}>
        <ol>
          {chapters.map(({ id }, index) => (
            <li key={id}>
              <a href={tourLink(index + 1)} aria-current={index + 1 === number ? "step" : undefined}>
                {t.chapterTitles[id]}
              </a>
            </li>
          ))}
        </ol>
      </nav>
    </details>
  );
}

interface SceneNavProps {
  readonly chapter: number;
  /** The shown scene. */
  readonly number: number;
}

/** The scenes of a chapter, if it has several. */
export function SceneNav({ chapter, number }: SceneNavProps) {
  const scenes: readonly TourScene[] = chapters[chapter - 1]!.scenes;
  if (scenes.length < 2) return null;
  return (
    <nav class="scene-nav" aria-label={t.scenes}>
      {scenes.map(({ id }, index) => (
        <a key={id} href={tourLink(chapter, index + 1)} aria-current={index + 1 === number ? "step" : undefined}>
          {t.sceneTexts[id].name}
        </a>
      ))}
    </nav>
  );
}

interface Place {
  readonly chapter: number;
  readonly scene: number;
  readonly chapterTitle: string;
  readonly name: string;
}

/** Every place of the tour in order: the scenes, and the chapter without any. */
const places: readonly Place[] = chapters.flatMap(({ id, scenes }, index) => {
  const chapterTitle = t.chapterTitles[id];
  const names = scenes.length === 0 ? [chapterTitle] : scenes.map((scene) => t.sceneTexts[scene.id].name);
  return names.map((name, scene): Place => ({ chapter: index + 1, scene: scene + 1, chapterTitle, name }));
});

/** Links to the previous and next scene. */
export function Steps({ chapter, scene }: { readonly chapter: number; readonly scene: number }) {
  const here = places.findIndex((place) => place.chapter === chapter && place.scene === scene);
  const [before, after] = [places[here - 1], places[here + 1]];
  const titleOf = (place: Place): string => (place.chapter === chapter ? place.name : place.chapterTitle);
  return (
    <nav class="chapter-steps" aria-label={`${t.previous}, ${t.next}`}>
      {before ? (
        <a href={tourLink(before.chapter, before.scene)}>
          ← {t.previous}: {titleOf(before)}
        </a>
      ) : (
        <span />
      )}
      {after && (
        <a href={tourLink(after.chapter, after.scene)}>
          {t.next}: {titleOf(after)} →
        </a>
      )}
    </nav>
  );
}
