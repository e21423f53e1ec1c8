import { chooseView, type View, view } from "../lab/state.ts";
import { texts } from "../texts/texts.ts";
import { Segments } from "./segments.tsx";

const t = texts.grid;

/** Tokens as text, or in a grid. */
export function ViewChoice() {
  return <Segments<View> name="view" label={t.view} choices={t.views} chosen={view.value} onChoose={chooseView} />;
}
