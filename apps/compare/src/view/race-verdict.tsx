import { finalVerdict, isOver, startRace } from "../lab/race.ts";
import { axis, settings, trace } from "../lab/state.ts";
import { texts } from "../texts/texts.ts";
import { isSceneOf, welcomeScenes } from "../welcome/welcome-scenes.ts";
import { Icon } from "./icons.tsx";
import { tokenText } from "../texts/token-text.ts";

const t = texts.race;

/**
 * What the run shows, in one sentence that is told once every lane is shown to its end, and a race of all lanes. The sentence has its room from
 * the start, so that nothing moves.
 */
export function RaceVerdict() {
  const verdict = finalVerdict.value;
  const shown = trace.value;
  if (!verdict || !shown) return null;
  const spell = (token: number): string => tokenText(shown.vocabulary.get(token));
  const scene = welcomeScenes.find((welcome) => isSceneOf(welcome, settings.value));
  return (
    <section
      class="race"
      aria-label={t.heading}
      data-over={isOver.value ? "" : undefined}
      data-timed={axis.value === "time" ? "" : undefined}
    >
      <div class="race-words">
        <p class="race-verdict" role="status">
          {isOver.value ? t.verdict(verdict, spell) : <span aria-hidden="true">{t.verdict(verdict, spell)}</span>}
        </p>
        <p class="race-times hint">{t.times(verdict)}</p>
        {scene && <p class="race-note">{texts.differ.welcome.notes[scene.name]}</p>}
      </div>
      <button type="button" onClick={startRace}>
        <Icon name="play" />
        {t.race}
      </button>
    </section>
  );
}
