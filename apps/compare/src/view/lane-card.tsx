import { useMemo, useState } from "preact/hooks";
import type { DecoderPlugin, RowConsistency } from "@decodekit/core";
import { canMakeLane, type Lane, makeLane, specificationOf } from "../lab/decoders.ts";
import { describeOptions } from "../lab/describe-options.ts";
import { compareOutputs, figuresOf, finalTokens, type LaneFigures, outputOf } from "../lab/lane-figures.ts";
import * as state from "../lab/state.ts";
import { digestOf } from "../url/share-link.ts";
import { format, letters, markers, texts } from "../texts/en.ts";
import { losslessTexts, notLosslessTexts } from "../texts/guarantees-en.ts";
import type { LaneState } from "../trace/fold.ts";
import type { LaneTrace } from "../trace/trace.ts";
import { Dialog } from "./dialog.tsx";
import { IconButton } from "./icons.tsx";
import { OptionForm } from "./option-form.tsx";
import { RoundList } from "./round-list.tsx";
import { TokenList } from "./token-list.tsx";

interface LaneCardProps {
  readonly index: number;
  /** The lane of the settings. */
  readonly lane: Lane | undefined;
  /** The trace of the lane, if the shown run has it. */
  readonly shown: LaneTrace | undefined;
  readonly laneState: LaneState | undefined;
  readonly canRemove: boolean;
  readonly canChange: boolean;
}

export function LaneCard({ index, lane, shown, laneState, canRemove, canChange }: LaneCardProps) {
  const letter = letters[index]!;
  const title = shown?.title ?? lane?.plugin.title ?? "";
  const options = shown?.options ?? lane?.options ?? {};
  const busy = busyLane() === index;
  const { prompt = "", vocabulary, lanes } = state.trace.value ?? {};
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
    <section class="lane" data-lane={index} aria-label={texts.lane.name(letter, title)} data-busy={busy ? "" : undefined}>
      <header class="lane-head">
        <h2>
          <span class="marker" aria-hidden="true">
            {markers[index]}
          </span>
          <span class="letter">{letter}</span> {title}
          <Guarantee lossless={lane?.decoder.lossless} rows={state.trace.value?.model.rowConsistency} />
        </h2>
        {canChange && lane && <LaneTools index={index} lane={lane} canRemove={canRemove} />}
        <p class="lane-options">{describeOptions(options)}</p>
      </header>
      {body}
    </section>
  );
}

interface GuaranteeProps {
  readonly lossless: boolean | undefined;
  /** Of the model of the shown run. */
  readonly rows: RowConsistency | undefined;
}

/** Whether the decoder is lossless on the model, if it declares that. */
function Guarantee({ lossless, rows }: GuaranteeProps) {
  if (lossless === undefined) return null;
  const { name, help } = lossless ? losslessTexts[rows ?? "rounding"] : notLosslessTexts;
  return (
    <span class="guarantee" title={help}>
      {name}
    </span>
  );
}

/** Returns the lane that is being warmed up, run, scored or measured. */
function busyLane(): number | undefined {
  const now = state.activity.value;
  return "lane" in now ? now.lane : undefined;
}

function LaneTools({ index, lane, canRemove }: { readonly index: number; readonly lane: Lane; readonly canRemove: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const change = (lanes: readonly string[]): void => {
    state.settings.value = { ...state.settings.value, lanes };
  };
  return (
    <div class="lane-tools">
      <IconButton icon="sliders" label={`${texts.lane.options}: ${lane.plugin.title}`} onClick={() => setOpen(true)} />
      {canRemove && (
        <IconButton
          icon="close"
          label={`${texts.lane.remove}: ${lane.plugin.title}`}
          onClick={() => change(state.settings.value.lanes.toSpliced(index, 1))}
        />
      )}
      <Dialog heading={`${lane.plugin.title} · ${texts.lane.options}`} isOpen={isOpen} onClose={() => setOpen(false)}>
        <OptionForm
          plugin={lane.plugin}
          given={lane.given}
          onApply={(options) => {
            setOpen(false);
            change(state.settings.value.lanes.with(index, specificationOf(lane.plugin.name, options)));
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

function LaneBody({ index, shown, laneState, busy, prompt, vocabulary, laneCount }: LaneBodyProps) {
  const isComplete = laneState.finishReason !== undefined;
  const letter = letters[index]!;
  const output = useMemo(() => (shown.result ? outputOf(shown) : nothingAhead), [shown]);
  const nothingYet = shown.events.length === 0 && shown.error === undefined;
  return (
    <>
      <Figures figures={figuresOf(shown, laneState, isComplete)} />
      {nothingYet && <p class="lane-empty">{texts.lane.waiting}</p>}
      {shown.error !== undefined && <p class="problem">{texts.lane.failed(shown.error)}</p>}
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
        />
      )}
      <footer class="lane-foot">
        <LaneVerdict index={index} laneState={laneState} />
        <LaneInWords shown={shown} laneState={laneState} />
      </footer>
    </>
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

/** How the lane ended, and whether its output equals that of the first lane or of a share link. */
function LaneVerdict({ index, laneState }: { readonly index: number; readonly laneState: LaneState }) {
  const parts: string[] = [];
  if (laneState.finishReason) parts.push(texts.lane.finish[laneState.finishReason]);
  const first = state.laneStates.value[0];
  if (index > 0 && first && laneState.cells.length > 0) {
    const { differsAt, common } = compareOutputs(first, laneState);
    const isOver = first.finishReason !== undefined && laneState.finishReason !== undefined;
    if (differsAt !== undefined) parts.push(texts.lane.differs(letters[0], differsAt + 1));
    else if (isOver) parts.push(texts.lane.sameText(letters[0]));
    else if (common > 0) parts.push(texts.lane.sameSoFar(letters[0], common));
  }
  const digest = state.expectedDigests.value[index];
  if (digest !== undefined && laneState.finishReason && state.traceOrigin.value === "live")
    parts.push(digest === digestOf(finalTokens(laneState)) ? texts.lane.sameAsLink : texts.lane.otherThanLink);
  return <p class="verdict">{parts.join(" · ")}</p>;
}

function Figures({ figures }: { readonly figures: LaneFigures }) {
  const {
    passes,
    draftingPasses,
    draftModelPasses,
    tokens,
    perPass,
    acceptance,
    revisions,
    tokensPerSecond,
    firstTokenMilliseconds,
    nats,
  } = figures;
  const t = texts.figures;
  const notes = [
    ...(draftingPasses > 0 ? [t.drafting(draftingPasses)] : []),
    ...(draftModelPasses > 0 ? [t.ofDraftModel(draftModelPasses)] : []),
  ];
  return (
    <dl class="figures">
      <Figure name="passes" value={format.integer(passes)} note={notes.length > 0 ? notes.join(", ") : undefined} />
      <Figure name="tokens" value={format.integer(tokens)} />
      <Figure name="perPass" value={perPass === undefined ? t.none : format.fine(perPass)} />
      {acceptance !== undefined && <Figure name="accepted" value={format.percent(acceptance)} />}
      {revisions > 0 && <Figure name="revisions" value={format.integer(revisions)} />}
      <Figure name="perSecond" value={tokensPerSecond === undefined ? t.none : format.integer(Math.round(tokensPerSecond))} />
      <Figure name="firstToken" value={firstTokenMilliseconds === undefined ? t.none : format.milliseconds(firstTokenMilliseconds)} />
      <Figure name="nats" value={nats === undefined ? t.none : format.fine(nats)} />
    </dl>
  );
}

function Figure({
  name,
  value,
  note,
}: {
  readonly name: keyof typeof texts.figures.help;
  readonly value: string;
  readonly note?: string | undefined;
}) {
  return (
    <div data-figure={name} title={texts.figures.help[name]}>
      <dt>{texts.figures[name]}</dt>
      <dd>
        {value}
        {note !== undefined && <small> {note}</small>}
      </dd>
    </div>
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
