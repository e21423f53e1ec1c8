import { useEffect, useRef } from "preact/hooks";
import { hovered, selection } from "../lab/state.ts";
import type { LaneState } from "../trace/fold.ts";
import { tokenView, type TokenView } from "./token-view.ts";

interface TokenListProps {
  readonly lane: number;
  readonly laneCount: number;
  readonly label: string;
  readonly prompt: string;
  /** What stands after the tokens, where a gap is filled. */
  readonly after: unknown;
  readonly state: LaneState;
  readonly vocabulary: ReadonlyMap<number, string>;
  readonly isBusy: boolean;
  readonly ahead: readonly number[];
}

/** Prompt and tokens of a lane. One tab stop; arrows move from token to token and, at the same position, from lane to lane. */
export function TokenList({ lane, laneCount, label, prompt, after, state, vocabulary, isBusy, ahead }: TokenListProps) {
  const root = useRef<HTMLDivElement>(null);
  const view = useRef<TokenView>(undefined);
  const selected = selection.value?.lane === lane ? selection.value.position : undefined;

  const known = vocabulary.size;
  useEffect(() => {
    view.current ??= tokenView(root.current!, `token-${lane}`);
    view.current.update({ state, vocabulary, selected, hovered: hovered.value, ahead });
  }, [lane, state, vocabulary, known, selected, hovered.value, ahead]);

  const choose = (position: number | undefined): void => {
    if (position !== undefined) selection.value = { lane, position };
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const last = state.cells.length - 1;
    const at = selected ?? -1;
    const moves: Readonly<Record<string, number>> = {
      ArrowRight: Math.min(at + 1, last),
      ArrowLeft: Math.max(at - 1, 0),
      Home: 0,
      End: last,
    };
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step !== undefined) moveToLane((lane + step + laneCount) % laneCount, Math.max(at, 0));
    else if (moves[event.key] !== undefined && last >= 0) choose(moves[event.key]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="text" lang="en">
      <span class="prompt">{prompt}</span>
      <div
        ref={root}
        id={`tokens-${lane}`}
        class="tokens"
        role="listbox"
        tabIndex={0}
        aria-label={label}
        aria-busy={isBusy}
        onKeyDown={onKeyDown}
        onClick={(event) => choose(view.current?.positionOf(event.target))}
        onPointerOver={(event) => (hovered.value = view.current?.positionOf(event.target))}
        onPointerLeave={() => (hovered.value = undefined)}
      />
      {typeof after === "string" && <span class="prompt"> {after}</span>}
    </div>
  );
}

function moveToLane(lane: number, position: number): void {
  selection.value = { lane, position };
  document.getElementById(`tokens-${lane}`)?.focus();
}
