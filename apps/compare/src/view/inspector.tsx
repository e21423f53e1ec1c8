import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { laneStates, selection, trace, view } from "../lab/state.ts";
import { texts } from "../texts/texts.ts";
import { IconButton } from "./icons.tsx";
import { placeAt } from "./place-at.ts";
import { TokenWhy } from "./why/token-why.tsx";

const t = texts.inspector;

/** A popover at the selected token, or a sheet at the bottom of a small screen: where the token came from, and its alternatives. */
export function Inspector() {
  const panel = useRef<HTMLElement>(null);
  const shown = trace.value;
  const chosen = selection.value;
  const lane = chosen && laneStates.value[chosen.lane];
  useLayoutEffect(() => {
    const element = panel.current!;
    const token = chosen && document.getElementById(`token-${chosen.lane}-${chosen.position}`);
    if (!token || token.hidden) {
      if (element.matches(":popover-open")) element.hidePopover();
      return undefined;
    }
    // From its source, the popover follows the tokens in the order of the Tab key.
    if (!element.matches(":popover-open")) element.showPopover({ source: token.parentElement! });
    return placeAt(token, element);
  }, [chosen, view.value, shown === undefined]);
  useEffect(() => {
    const onPointerDown = ({ target }: Event): void => {
      if (target instanceof Element && !target.closest(KEEPS_OPEN)) selection.value = undefined;
    };
    document.addEventListener("pointerdown", onPointerDown);
    return () => document.removeEventListener("pointerdown", onPointerDown);
  }, []);
  return (
    <section
      ref={panel}
      popover="manual"
      class="inspector"
      role="dialog"
      aria-labelledby="inspector-heading"
      onKeyDown={(event) => {
        if (event.key === "Escape") closeInspector();
      }}
    >
      <header>
        <h2 id="inspector-heading">{t.heading}</h2>
        <IconButton icon="close" label={texts.dialog.close} onClick={closeInspector} />
      </header>
      {shown && chosen && lane && <TokenWhy shown={shown} laneIndex={chosen.lane} position={chosen.position} lane={lane} />}
    </section>
  );
}

/** A press on anything else closes the inspector: the tokens choose another token, and the replay shows the same token at another time. */
const KEEPS_OPEN = ".inspector, .token, .transport, dialog";

/** Closes the inspector and gives the focus back to the tokens of the lane. */
function closeInspector(): void {
  const chosen = selection.value;
  selection.value = undefined;
  if (chosen) document.getElementById(`tokens-${chosen.lane}`)?.focus({ preventScroll: true });
}
