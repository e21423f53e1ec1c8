import { useMemo, useState } from "preact/hooks";
import { readSpecification } from "@decodekit/compare";
import type { DecoderPlugin } from "@decodekit/core";
import { canMakeLane, type Lane, makeLane, specificationOf } from "../lab/decoders.ts";
import { describeGiven, describeOptions } from "../lab/describe-options.ts";
import { figuresOf, type LaneFigures, outputOf } from "../lab/lane-figures.ts";
import { laneTitle } from "../lab/lane-title.ts";
import * as state from "../lab/state.ts";
import { changeLane, removeLane } from "../lab/documents.ts";
import { letters, markers, texts } from "../texts/texts.ts";
import type { LaneState } from "../trace/fold.ts";
import type { LaneTrace } from "../trace/trace.ts";
import { CannotRun } from "./cannot-run.tsx";
import { Dialog } from "./dialog.tsx";
import { Guarantee } from "./guarantee.tsx";
import { LaneVerdict } from "./lane-verdict.tsx";
import { MainFigures, MoreFigures } from "./figures.tsx";
import { IconButton } from "./icons.tsx";
import { OptionForm } from "./option-form.tsx";
import { RoundList } from "./round-list.tsx";
import { TokenList } from "./token-list.tsx";

const noTexts: ReadonlyMap<number, string> = new Map();

interface LaneCardProps {
  readonly index: number;
  /** The lane of the settings. */
  readonly lane: Lane | undefined;
  /** The trace of the lane, if there is a run. */
  readonly shown: LaneTrace | undefined;
  /** Whether the trace is from before a change of the settings. */
  readonly isStale: boolean;
  readonly laneState: LaneState | undefined;
  readonly canRemove: boolean;
  readonly canChange: boolean;
}

export function LaneCard({ index, lane, shown, isStale, laneState, canRemove, canChange }: LaneCardProps) {
  const letter = letters[index]!;
  const busy = state.busyLane.value === index;
  const { prompt = "", vocabulary, lanes } = state.trace.value ?? {};
  const { start = [] } = state.settings.value.lanes[index] ?? {};
  const title = lane ? laneTitle(lane.plugin.title, start, vocabulary ?? noTexts) : (shown?.title ?? "");
  const laneCount = lanes?.length ?? 0;
  // Keeps the element while the lane is unchanged, so that Preact skips it.
  const body = useMemo(
    () =>
      laneState && shown && vocabulary ? (
        <LaneBody {...{ index, shown, laneState, busy, prompt, vocabulary, laneCount }} />
      ) : (
        <p class="lane-empty">{texts.lane.empty}</p>
      ),
    [index, shown, laneState, busy, prompt, vocabulary, vocabulary?.size, laneCount],
  );
  return (
    <section
      class="lane"
      data-lane={index}
      aria-label={texts.lane.name(letter, title)}
      data-busy={busy ? "" : undefined}
      data-stale={isStale ? "" : undefined}
    >
      <header class="lane-head">
        <h2>
          <span class="marker" aria-hidden="true">
            {markers[index]}
          </span>
          <span class="letter">{letter}</span> {title}
        </h2>
        <Guarantee lossless={lane?.decoder.lossless} rows={state.trace.value?.model.rowConsistency} />
        {canChange && lane && <LaneTools index={index} lane={lane} canRemove={canRemove} />}
        <p class="lane-options">{lane ? describeOptions(lane.plugin.name, lane.given) : shown && describeGiven(shown)}</p>
      </header>
      <CannotRun lane={lane} shown={shown} />
      {body}
    </section>
  );
}

function LaneTools({ index, lane, canRemove }: { readonly index: number; readonly lane: Lane; readonly canRemove: boolean }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div class="lane-tools">
      <IconButton icon="sliders" label={`${texts.lane.options}: ${lane.plugin.title}`} onClick={() => setOpen(true)} />
      {canRemove && (
        <IconButton
          icon="close"
          label={`${texts.lane.remove}: ${lane.plugin.title}`}
          onClick={() => removeLane(index, texts.lane.name(letters[index]!, lane.plugin.title))}
        />
      )}
      <Dialog heading={`${lane.plugin.title} · ${texts.lane.options}`} isOpen={isOpen} onClose={() => setOpen(false)}>
        <OptionForm
          plugin={lane.plugin}
          given={lane.given}
          onApply={(options) => {
            setOpen(false);
            const { start } = state.settings.value.lanes[index]!;
            changeLane(index, { decoder: specificationOf(lane.plugin.name, options), start });
          }}
        />
      </Dialog>
    </div>
  );
}

interface LaneBodyProps {
  readonly index: number;
  readonly shown: LaneTrace;
  readonly laneState: LaneState;
  readonly busy: boolean;
  readonly prompt: string;
  readonly vocabulary: ReadonlyMap<number, string>;
  readonly laneCount: number;
}

const nothingAhead: readonly number[] = [];
const nothingUndone: LaneState["undone"] = new Map();

function LaneBody({ index, shown, laneState, busy, prompt, vocabulary, laneCount }: LaneBodyProps) {
  const isComplete = laneState.finishReason !== undefined;
  const letter = letters[index]!;
  const output = useMemo(() => (shown.result ? outputOf(shown) : nothingAhead), [shown]);
  const nothingYet = shown.events.length === 0 && shown.error === undefined;
  const isRunning = state.activity.value.kind !== "idle";
  const final = state.finalStates.value[index] ?? laneState;
  const figures = figuresOf(shown, laneState, isComplete);
  return (
    <>
      {!nothingYet && <MainFigures figures={figures} final={figuresOf(shown, final, true)} />}
      {nothingYet && <p class="lane-empty">{isRunning ? texts.lane.waiting : texts.lane.notRun}</p>}
      {shown.error !== undefined && <p class="problem">{texts.lane.failed(shown.error)}</p>}
      <LaneVerdict index={index} laneState={laneState} />
      {state.view.value === "reading" && (
        <TokenList
          lane={index}
          laneCount={laneCount}
          label={texts.lane.name(letter, shown.title)}
          prompt={prompt}
          after={shown.options["after"]}
          state={laneState}
          vocabulary={vocabulary}
          isBusy={busy}
          ahead={isComplete ? nothingAhead : output}
          aheadUndone={isComplete ? nothingUndone : final.undone}
        />
      )}
      <footer class="lane-foot">
        <LaneMore shown={shown} laneState={laneState} figures={figures} />
      </footer>
    </>
  );
}

/** What is shown of a lane on demand: the other figures, its options, and its passes in words. */
function LaneMore({
  shown,
  laneState,
  figures,
}: {
  readonly shown: LaneTrace;
  readonly laneState: LaneState;
  readonly figures: LaneFigures;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{texts.lane.more}</summary>
      {isOpen && (
        <>
          <MoreFigures figures={figures} />
          <p class="hint">{describeOptions(readSpecification(shown.specification).name, shown.options, Infinity)}</p>
          {laneState.finishReason && <p class="hint finish">{texts.lane.finish[laneState.finishReason]}</p>}
          <LaneInWords shown={shown} laneState={laneState} />
        </>
      )}
    </details>
  );
}

function LaneInWords({ shown, laneState }: { readonly shown: LaneTrace; readonly laneState: LaneState }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{texts.lane.asRounds}</summary>
      {isOpen && <RoundList shown={shown} trace={state.trace.value!} laneState={laneState} />}
    </details>
  );
}

const made = new WeakMap<readonly DecoderPlugin[], Map<string, Lane | undefined>>();

/** Returns the lane of a specification; undefined if its decoder is not available. */
export function tryMakeLane(specification: string): Lane | undefined {
  const plugins = state.plugins.value;
  const known = made.get(plugins) ?? new Map<string, Lane | undefined>();
  made.set(plugins, known);
  if (!known.has(specification))
    known.set(specification, canMakeLane(specification, plugins) ? makeLane(specification, plugins) : undefined);
  return known.get(specification);
}
