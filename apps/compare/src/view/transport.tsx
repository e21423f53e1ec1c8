import { goTo, PASSES_PER_SECOND, step, togglePlay, TOKENS_PER_SECOND } from "../lab/playback.ts";
import { describePlace } from "../lab/describe-place.ts";
import { axis, axisEnd, place, playing, speed, trace } from "../lab/state.ts";
import { texts } from "../texts/texts.ts";
import { type Axis, STEPS_PER_PASS } from "../trace/timeline.ts";
import { IconButton } from "./icons.tsx";
import { Segments } from "./segments.tsx";

const t = texts.transport;
const factors = [0.25, 0.5, 1, 2, 4];
const speeds: Readonly<Record<Axis, readonly number[]>> = { passes: factors, tokens: factors, time: [0.05, 0.1, 0.25, 0.5, 1] };
const describeSpeed: Readonly<Record<Axis, (factor: number) => string>> = {
  passes: (factor) => t.passesPerSecond(factor * PASSES_PER_SECOND),
  tokens: (factor) => t.tokensPerSecond(factor * TOKENS_PER_SECOND),
  time: (factor) => t.slowed(factor),
};

/** Steps and plays all lanes together, by passes, tokens or time. */
export function Transport() {
  const end = axisEnd.value;
  const at = place.value ?? end;
  const isEmpty = !trace.value || end === 0;
  return (
    <section class="transport" aria-label={t.heading}>
      <div class="transport-buttons">
        <IconButton icon="first" label={t.first} onClick={() => goTo(0)} disabled={isEmpty} />
        <IconButton icon="back" label={t.back} onClick={() => step(-1)} disabled={isEmpty} />
        <IconButton
          icon={playing.value ? "pause" : "play"}
          label={playing.value ? t.pause : t.play}
          onClick={togglePlay}
          disabled={isEmpty}
        />
        <IconButton icon="forward" label={t.forward} onClick={() => step(1)} disabled={isEmpty} />
        <IconButton icon="last" label={t.last} onClick={() => goTo(end)} disabled={isEmpty} />
      </div>
      <input
        type="range"
        class="scrubber"
        aria-label={t.position}
        aria-valuetext={describePlace(axis.value, at, end)}
        min={0}
        max={end}
        step={axis.value === "time" ? "any" : 1}
        value={at}
        disabled={isEmpty}
        onInput={(event) => {
          playing.value = false;
          goTo(Number(event.currentTarget.value));
        }}
        onKeyDown={onScrubberKey}
      />
      <output class="place">{isEmpty ? "" : describePlace(axis.value, at, end)}</output>
      <AxisChoice />
      <label class="speed">
        <span class="sr-only">{t.speed}</span>
        <select value={speed.value} onChange={(event) => (speed.value = Number(event.currentTarget.value))}>
          {speedsWith(speed.value).map((factor) => (
            <option key={factor} value={factor}>
              {describeSpeed[axis.value](factor)}
            </option>
          ))}
        </select>
      </label>
    </section>
  );
}

/** The speeds to choose from, and the shown one: that of a race depends on its length. */
function speedsWith(shown: number): readonly number[] {
  return [...new Set([...speeds[axis.value], shown])].toSorted((a, b) => a - b);
}

function AxisChoice() {
  const choose = (chosen: Axis): void => {
    axis.value = chosen;
    place.value = undefined;
    playing.value = false;
    speed.value = chosen === "time" ? 0.1 : 1;
  };
  return <Segments<Axis> name="axis" label={t.axis} choices={t.axes} chosen={axis.value} onChoose={choose} />;
}

/** The range input itself moves by half passes and tokens; page keys move by whole passes. */
function onScrubberKey(event: KeyboardEvent): void {
  const moves: Readonly<Record<string, number>> = { PageUp: STEPS_PER_PASS, PageDown: -STEPS_PER_PASS };
  const arrows: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };
  const count = axis.value !== "time" ? moves[event.key] : (moves[event.key] ?? arrows[event.key]);
  if (count === undefined) return;
  event.preventDefault();
  step(count);
}
