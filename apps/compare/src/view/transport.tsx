import { goTo, PASSES_PER_SECOND, step, togglePlay } from "../lab/playback.ts";
import { axis, axisEnd, place, playing, speed, trace } from "../lab/state.ts";
import { format, texts } from "../texts/en.ts";
import { type Axis, STEPS_PER_PASS } from "../trace/timeline.ts";
import { IconButton } from "./icons.tsx";

const say = texts.transport;
const axes: readonly Axis[] = ["passes", "time"];
const speeds: Readonly<Record<Axis, readonly number[]>> = { passes: [0.25, 0.5, 1, 2, 4], time: [0.05, 0.1, 0.25, 0.5, 1] };

/** Steps and plays all lanes together, by pass or by time. */
export function Transport() {
  const end = axisEnd.value;
  const at = place.value ?? end;
  const isEmpty = !trace.value || end === 0;
  return (
    <section class="transport" aria-label={say.heading}>
      <div class="transport-buttons">
        <IconButton icon="first" label={say.first} onClick={() => goTo(0)} disabled={isEmpty} />
        <IconButton icon="back" label={say.back} onClick={() => step(-1)} disabled={isEmpty} />
        <IconButton
          icon={playing.value ? "pause" : "play"}
          label={playing.value ? say.pause : say.play}
          onClick={togglePlay}
          disabled={isEmpty}
        />
        <IconButton icon="forward" label={say.forward} onClick={() => step(1)} disabled={isEmpty} />
        <IconButton icon="last" label={say.last} onClick={() => goTo(end)} disabled={isEmpty} />
      </div>
      <input
        type="range"
        class="scrubber"
        aria-label={say.position}
        aria-valuetext={describePlace(at, end)}
        min={0}
        max={end}
        step={axis.value === "passes" ? 1 : "any"}
        value={at}
        disabled={isEmpty}
        onInput={(event) => {
          playing.value = false;
          goTo(Number(event.currentTarget.value));
        }}
        onKeyDown={onScrubberKey}
      />
      <output class="place">{isEmpty ? "" : describePlace(at, end)}</output>
      <AxisChoice />
      <label class="speed">
        <span class="sr-only">{say.speed}</span>
        <select value={speed.value} onChange={(event) => (speed.value = Number(event.currentTarget.value))}>
          {speeds[axis.value].map((factor) => (
            <option key={factor} value={factor}>
              {axis.value === "passes" ? say.passesPerSecond(factor * PASSES_PER_SECOND) : say.slowed(factor)}
            </option>
          ))}
        </select>
      </label>
    </section>
  );
}

function AxisChoice() {
  const choose = (chosen: Axis): void => {
    axis.value = chosen;
    place.value = undefined;
    playing.value = false;
    speed.value = chosen === "passes" ? 1 : 0.1;
  };
  return (
    <fieldset class="segments">
      <legend class="sr-only">{say.axis}</legend>
      {axes.map((each) => (
        <label key={each}>
          <input type="radio" name="axis" checked={axis.value === each} onChange={() => choose(each)} />
          <span>{say.axes[each]}</span>
        </label>
      ))}
    </fieldset>
  );
}

function describePlace(at: number, end: number): string {
  if (axis.value === "time") return say.time(format.milliseconds(at), format.milliseconds(end));
  const of = end / STEPS_PER_PASS;
  return at % STEPS_PER_PASS === 0 ? say.pass(at / STEPS_PER_PASS, of) : say.checking((at + 1) / STEPS_PER_PASS, of);
}

/** The range moves by half passes itself; pages are whole passes. */
function onScrubberKey(event: KeyboardEvent): void {
  const moves: Readonly<Record<string, number>> = { PageUp: STEPS_PER_PASS, PageDown: -STEPS_PER_PASS };
  const arrows: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };
  const count = axis.value === "passes" ? moves[event.key] : (moves[event.key] ?? arrows[event.key]);
  if (count === undefined) return;
  event.preventDefault();
  step(count);
}
