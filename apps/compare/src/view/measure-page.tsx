import { describeOptions } from "../lab/describe-options.ts";
import { measure } from "../lab/measure-lanes.ts";
import { isRunning, stop } from "../lab/activity.ts";
import * as state from "../lab/state.ts";
import { writeLink } from "../url/share-link.ts";
import { letters, markers, texts } from "../texts/texts.ts";
import { Icon } from "./icons.tsx";
import { tryMakeLane } from "./lane-card.tsx";
import { MeasureResult } from "./measure-result.tsx";
import { Progress } from "./progress.tsx";

const t = texts.measure;

/** Times the lanes of the settings, with nothing drawn but how far it is. */
export function MeasurePage() {
  const { settings, measurement } = state;
  const { prompt, maxNewTokens, model, lanes } = settings.value;
  const shown = measurement.value;
  const isCurrent = shown !== undefined && writeLink(shown.settings) === writeLink(settings.value);
  return (
    <div class="measure">
      <h1>{t.heading}</h1>
      <p class="lead">{t.intro}</p>
      <section aria-label={t.lanes}>
        <ul class="measured-lanes">
          {lanes.map(({ decoder }, index) => (
            <MeasuredLane key={index} index={index} specification={decoder} />
          ))}
        </ul>
        <p class="hint">{t.about(maxNewTokens, model)}</p>
        <p class="measured-prompt" dir="auto">
          {prompt}
        </p>
      </section>
      <div class="chapter-actions">
        <MeasureButton />
        <a class="button" href={writeLink(settings.value)}>
          {t.change}
        </a>
      </div>
      <Progress />
      {isCurrent && <MeasureResult shown={shown} />}
      <section class="procedure">
        <h2>{t.how}</h2>
        {t.procedure.map((text) => (
          <p key={text}>{text}</p>
        ))}
      </section>
    </div>
  );
}

export function MeasuredLane({ index, specification }: { readonly index: number; readonly specification: string }) {
  const lane = tryMakeLane(specification);
  return (
    <li data-lane={index}>
      <span class="marker" aria-hidden="true">
        {markers[index]}
      </span>
      <span class="letter">{letters[index]}</span> {lane?.plugin.title}{" "}
      <span class="hint">{describeOptions(lane?.plugin.name ?? "", lane?.given ?? {})}</span>
    </li>
  );
}

function MeasureButton() {
  const busy = isRunning();
  return (
    <button type="button" class="primary run" data-busy={busy ? "" : undefined} onClick={() => (busy ? stop() : void measure())}>
      <Icon name={busy ? "stop" : "play"} />
      {busy ? texts.setup.stop : t.run}
    </button>
  );
}
