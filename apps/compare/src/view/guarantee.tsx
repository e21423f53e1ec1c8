import type { RowConsistency } from "@decodekit/core";
import { useId, useState } from "preact/hooks";
import { texts } from "../texts/texts.ts";

const t = texts.guarantees;

interface GuaranteeProps {
  /** What the decoder declares; undefined if it declares nothing. */
  readonly lossless: boolean | undefined;
  /** Of the model of the shown run. */
  readonly rows: RowConsistency | undefined;
}

/** Whether the decoder is lossless on the model, and on demand what that means. */
export function Guarantee({ lossless, rows }: GuaranteeProps) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  if (lossless === undefined) return null;
  const { name, help } = lossless ? t.lossless[rows ?? "rounding"] : t.notLossless;
  return (
    <>
      <button type="button" class="guarantee" aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
        {name}
      </button>
      <p id={id} class="hint guarantee-help" hidden={!isOpen}>
        {help}
      </p>
    </>
  );
}
