import { describeOptions } from "../lab/describe-options.ts";
import { measure } from "../lab/measure-lanes.ts";
import { isRunning, stop } from "../lab/session.ts";
import * as state from "../lab/state.ts";
import { writeLink } from "../link/share-link.ts";
import { letters, markers, texts } from "../texts/en.ts";
import { Icon } from "./icons.tsx";
import { tryMakeLane } from "./lane-card.tsx";
import { MeasureResult } from "./measure-result.tsx";
import { Progress } from "./progress.tsx";

const say = texts.measure;

/** Times the lanes of the settings, with nothing drawn but how far it is. */
export function MeasurePage() {
  const { settings, measurement } = state;
  const { prompt, maxNewTokens, model, lanes } = settings.value;
  const shown = measurement.value;
  const isCurrent = shown !== undefined && writeLink(shown.settings) === writeLink(settings.value);
  return (
    <div class="measure">
      <h1>{say.heading}</h1>
      <p class="lead">{say.intro}</p>
      <section aria-label={say.lanes}>
        <ul class="measured-lanes">
          {lanes.map((specification, index) => (
            <MeasuredLane key={index} index={index} specification={specification} />
          ))}
        </ul>
        <p class="hint">{say.about(maxNewTokens, model)}</p>
        <p class="measured-prompt" lang="en">
          {prompt}
        </p>
      </section>
      <div class="chapter-actions">
        <MeasureButton />
        <a class="button" href={writeLink(settings.value)}>
          {say.change}
        </a>
      </div>
      <Progress />
      {isCurrent && <MeasureResult shown={shown} />}
      <section class="procedure">
        <h2>{say.how}</h2>
        {say.procedure.map((text) => (
          <p key={text}>{text}</p>
        ))}
      </section>
    </div>
  );
}

function MeasuredLane({ index, specification }: { readonly index: number; readonly specification: string }) {
  const lane = tryMakeLane(specification);
  return (
    <li data-lane={index}>
      <span class="marker" aria-hidden="true">
        {markers[index]}
      </span>
      <span class="letter">{letters[index]}</span> {lane?.plugin.title} <span class="hint">{describeOptions(lane?.options ?? {})}</span>
    </li>
  );
}

function MeasureButton() {
  const busy = isRunning();
  return (
    <button type="button" class="primary run" data-busy={busy ? "" : undefined} onClick={() => (busy ? stop() : void measure())}>
      <Icon name={busy ? "stop" : "play"} />
      {busy ? texts.setup.stop : say.run}
    </button>
  );
}
