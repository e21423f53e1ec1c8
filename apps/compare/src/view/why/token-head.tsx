import { letters, texts } from "../../texts/texts.ts";
import type { Cell } from "../../trace/cell.ts";
import type { Trace } from "../../trace/trace.ts";
import { TokenText } from "./token-text.tsx";

interface TokenHeadProps {
  readonly cell: Cell;
  readonly shown: Trace;
  readonly laneIndex: number;
  readonly position: number;
}

/** The token, its state, and where it stands. */
export function TokenHead({ cell, shown, laneIndex, position }: TokenHeadProps) {
  const t = texts.why;
  return (
    <p class="token-head">
      <span class="token-sample" data-state={cell.state}>
        <TokenText token={cell.state === "masked" ? undefined : cell.token} shown={shown} />
      </span>
      <span>
        <strong>{texts.states[cell.state]}</strong>, {cell.isFinal ? t.final : t.notFinal}
        <br />
        <span class="hint">
          {t.position(position + 1, letters[laneIndex]!)} · {t.id(cell.token)}
        </span>
      </span>
    </p>
  );
}
