import { isRunning, stop } from "../../lab/activity.ts";
import { addressOf } from "../../lab/navigation.ts";
import { chosenSet, setResult } from "../../lab/prompt-sets.ts";
import { runSet } from "../../lab/run-set.ts";
import { settings } from "../../lab/state.ts";
import { texts } from "../../texts/texts.ts";
import { Icon } from "../icons.tsx";
import { MeasuredLane } from "../measure-page.tsx";
import { Progress } from "../progress.tsx";
import { SetChoiceForm } from "./set-choice.tsx";
import { SetResult } from "./set-result.tsx";

const t = texts.sets;

/** Runs the lanes of the settings on a set of prompts, with nothing drawn but how far it is. */
export function SetsPage() {
  const { lanes, maxNewTokens, model, seed } = settings.value;
  const shown = setResult.value;
  return (
    <div class="measure sets">
      <h1>{t.heading}</h1>
      <p class="lead">{t.intro}</p>
      <div class="set-setup">
        <section aria-labelledby="set-prompts-heading">
          <h2 id="set-prompts-heading">{t.choose}</h2>
          <SetChoiceForm />
        </section>
        <section aria-labelledby="set-lanes-heading">
          <h2 id="set-lanes-heading">{t.lanes}</h2>
          <ul class="measured-lanes">
            {lanes.map(({ decoder }, index) => (
              <MeasuredLane key={index} index={index} specification={decoder} />
            ))}
          </ul>
          <p class="hint">{t.about(maxNewTokens, model, seed)}</p>
          <a href={addressOf("compare")}>{t.change}</a>
        </section>
      </div>
      <div class="chapter-actions">
        <RunButton />
      </div>
      <Progress />
      {shown && <SetResult shown={shown} />}
      <section class="procedure">
        <h2>{t.how}</h2>
        {t.procedure.map((text) => (
          <p key={text}>{text}</p>
        ))}
      </section>
    </div>
  );
}

function RunButton() {
  const busy = isRunning();
  return (
    <button
      type="button"
      class="primary run"
      data-busy={busy ? "" : undefined}
      disabled={!busy && "problem" in chosenSet.value}
      onClick={() => (busy ? stop() : void runSet())}
    >
      <Icon name={busy ? "stop" : "play"} />
      {busy ? texts.setup.stop : t.run}
    </button>
  );
}
