import { placeBet, placedBet } from "../../lab/bets.ts";
import { goTo } from "../../lab/playback.ts";
import * as state from "../../lab/state.ts";
import { texts } from "../../texts/texts.ts";
import { factsOf, type LaneFacts } from "../../tour/lane-facts.ts";
import type { TourScene } from "../../tour/scenes.ts";

const t = texts.tour;

/** A question that the run answers. The choices can be taken once; then the run is shown, and its end brings the verdict. */
export function BetCard({ scene }: { readonly scene: TourScene }) {
  const { question, choices } = t.sceneTexts[scene.id];
  const bet = placedBet.value;
  return (
    <section class="bet" aria-label={t.bet}>
      <h2>{t.bet}</h2>
      <fieldset>
        <legend>{question}</legend>
        <div class="choices">
          {choices.map((choice, index) => (
            <button
              key={choice}
              type="button"
              aria-pressed={bet === index}
              aria-disabled={bet !== undefined}
              onClick={() => placeBet(index)}
            >
              {choice}
            </button>
          ))}
        </div>
      </fieldset>
      {bet === undefined ? (
        <button type="button" class="as-link skip-bet" onClick={() => placeBet("skipped")}>
          {t.skipBet}
        </button>
      ) : (
        <Verdict scene={scene} />
      )}
    </section>
  );
}

/** What was said and what is right, once all lanes are shown to their end. */
function Verdict({ scene }: { readonly scene: TourScene }) {
  const shown = state.trace.value;
  const facts = shown && factsOf(shown, state.laneStates.value);
  return (
    <div class="answer" role="status">
      {facts ? (
        <>
          <p class="verdict-on-bet">{verdictOn(scene, facts)}</p>
          <p>{t.sceneTexts[scene.id].answer(facts)}</p>
        </>
      ) : (
        <p>
          {t.waiting}{" "}
          {shown && state.place.value !== undefined && (
            <button type="button" class="as-link skip-bet" onClick={() => goTo(Infinity)}>
              {t.toTheEnd}
            </button>
          )}
        </p>
      )}
    </div>
  );
}

function verdictOn(scene: TourScene, facts: readonly LaneFacts[]): string {
  const { choices } = t.sceneTexts[scene.id];
  const right = scene.right(facts);
  const is = right === undefined ? undefined : choices[right];
  const bet = placedBet.value;
  const said = typeof bet === "number" ? choices[bet] : undefined;
  if (said === undefined) return is === undefined ? "" : t.verdict.skipped(is);
  if (is === undefined) return t.verdict.undecided(said);
  return said === is ? t.verdict.right(said) : t.verdict.wrong(said, is);
}
