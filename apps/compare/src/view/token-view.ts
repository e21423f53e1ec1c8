import type { TokenId } from "@decodekit/core";
import { texts } from "../texts/texts.ts";
import type { LaneDifferences } from "../compare-lanes/lane-differences.ts";
import type { Cell } from "../trace/cell.ts";
import type { LaneState } from "../trace/fold.ts";
import { spell } from "../trace/spelling.ts";

interface TokenViewState {
  readonly state: LaneState;
  readonly vocabulary: ReadonlyMap<TokenId, string>;
  readonly selected: number | undefined;
  readonly hovered: number | undefined;
  /** The final tokens, if known: they reserve their space in advance, so that nothing moves. */
  readonly ahead: readonly TokenId[];
  /** The number of tokens that will have been taken back at each position, for the same reason. */
  readonly aheadUndone: LaneState["undone"];
  readonly grid?: GridPlace | undefined;
  /** By position: the tokens that differ from the other lanes. */
  readonly differs?: LaneDifferences["parts"] | undefined;
  /** Of a Sudoku. */
  readonly puzzle?: PuzzleMarks | undefined;
}

/** The cells of a Sudoku that are given, and those that cannot be right together. */
export interface PuzzleMarks {
  readonly given: ReadonlySet<number>;
  readonly conflicts: ReadonlySet<number>;
}

/** The layout of a lane's positions in a CSS grid of bands. Rows count from 1, as in CSS. */
export interface GridPlace {
  /** Positions per band. */
  readonly columns: number;
  readonly rowsPerBand: number;
  /** Row of the lane in the first band. */
  readonly row: number;
}

/** The tokens of a lane as persistent elements: updates change only attributes and text, to avoid layout of other elements. */
export interface TokenView {
  readonly update: (next: TokenViewState) => void;
  /** Returns the output position of the token that contains `target`. */
  readonly positionOf: (target: EventTarget | null) => number | undefined;
}

interface Place {
  readonly element: HTMLElement;
  readonly lead: Text;
  readonly ink: HTMLElement;
  readonly notch: HTMLElement;
  /** A trailing line break, after all marks, which would otherwise extend into the next line. */
  readonly tail: Text;
}

export function tokenView(root: HTMLElement, idPrefix: string): TokenView {
  const places: Place[] = [];
  let freshPass = 0;
  let grid: GridPlace | undefined;

  const placeAt = (position: number): Place => {
    while (places.length <= position) {
      const place = createPlace(root, `${idPrefix}-${places.length}`, places.length);
      if (grid) putInGrid(place.element, places.length, grid);
      places.push(place);
    }
    return places[position]!;
  };

  return {
    update({ state, vocabulary, selected, hovered, ahead, aheadUndone, grid: nextGrid, differs, puzzle }) {
      freshPass = state.passes;
      if (nextGrid && nextGrid !== grid) for (const [position, { element }] of places.entries()) putInGrid(element, position, nextGrid);
      grid = nextGrid;
      const undoneEnd = Math.max(-1, ...state.undone.keys());
      const length = Math.max(state.cells.length, undoneEnd + 1, ahead.length);
      for (let position = 0; position < Math.max(length, places.length); position++) {
        const cell = state.cells[position];
        const undone = state.undone.get(position)?.length ?? 0;
        const fresh = cell?.changedAt === freshPass;
        const finallyUndone = aheadUndone.get(position)?.length ?? 0;
        const notes = markPlace(placeAt(position).element, position, { cell, differs, puzzle });
        patch(placeAt(position), { cell, undone, finallyUndone, vocabulary, position, fresh, ahead: ahead[position], notes });
        setAttribute(places[position]!.element, "data-selected", position === selected ? "" : undefined);
        setAttribute(places[position]!.element, "aria-selected", position === selected ? "true" : "false");
        setAttribute(places[position]!.element, "data-hovered", position === hovered ? "" : undefined);
      }
      setAttribute(root, "aria-activedescendant", selected === undefined || !state.cells[selected] ? undefined : `${idPrefix}-${selected}`);
    },
    positionOf(target) {
      const element = target instanceof Element ? target.closest<HTMLElement>("[data-position]") : null;
      return element ? Number(element.dataset["position"]) : undefined;
    },
  };
}

function createPlace(root: HTMLElement, id: string, position: number): Place {
  const element = document.createElement("span");
  element.className = "token";
  element.id = id;
  element.setAttribute("role", "option");
  element.dataset["position"] = String(position);
  const lead = document.createTextNode("");
  const ink = document.createElement("span");
  ink.className = "ink";
  const notch = document.createElement("sup");
  notch.className = "notch";
  notch.setAttribute("aria-hidden", "true");
  // A word joiner keeps the notch on the line of its token.
  notch.textContent = "\u2060";
  const tail = document.createTextNode("");
  element.append(lead, ink, notch, tail);
  root.append(element);
  return { element, lead, ink, notch, tail };
}

function putInGrid({ style }: HTMLElement, position: number, { columns, rowsPerBand, row }: GridPlace): void {
  style.gridRow = String(row + Math.floor(position / columns) * rowsPerBand);
  style.gridColumn = String(1 + (position % columns));
}

interface Patch {
  readonly cell: Cell | undefined;
  readonly undone: number;
  readonly finallyUndone: number;
  readonly vocabulary: ReadonlyMap<TokenId, string>;
  readonly position: number;
  readonly fresh: boolean;
  readonly ahead: TokenId | undefined;
  /** What else is said of the token. */
  readonly notes: readonly string[];
}

/** Marks a token that differs or conflicts, and returns what is said of it. */
function markPlace(
  element: HTMLElement,
  position: number,
  { cell, differs, puzzle }: Pick<TokenViewState, "differs" | "puzzle"> & { readonly cell: Cell | undefined },
): readonly string[] {
  const part = differs?.[position];
  const isConflict = cell !== undefined && puzzle?.conflicts.has(position) === true;
  const isGiven = puzzle?.given.has(position) === true;
  setAttribute(element, "data-differs", part);
  setAttribute(element, "data-conflict", isConflict ? "" : undefined);
  setAttribute(element, "data-given", isGiven ? "" : undefined);
  const t = texts.differ;
  return [...(part ? [t.differs] : []), ...(isGiven ? [t.clue] : []), ...(isConflict ? [t.conflict] : [])];
}

function patch(
  { element, lead, ink, notch, tail }: Place,
  { cell, undone, finallyUndone, vocabulary, position, fresh, ahead, notes }: Patch,
): void {
  setAttribute(element, "hidden", cell || undone > 0 ? undefined : "");
  setAttribute(element, "data-state", cell?.state ?? "gone");
  setAttribute(element, "data-final", cell?.isFinal ? "" : undefined);
  setAttribute(element, "data-fresh", fresh ? "" : undefined);
  const isAhead = !cell && ahead !== undefined;
  setAttribute(element, "data-ahead", isAhead ? "" : undefined);
  const token = cell?.token ?? ahead;
  const text = token !== undefined && cell?.state !== "masked" ? vocabulary.get(token) : "";
  // A mask is as wide as the token that will replace it, so that nothing moves.
  const { space, body, end } =
    cell?.state === "masked" && ahead !== undefined ? spell(vocabulary.get(ahead), false) : spell(text, cell?.state === "masked");
  setText(lead, space);
  setText(ink, body);
  setText(tail, end);
  setAttribute(notch, "data-count", undone > 0 ? String(undone) : undefined);
  setAttribute(notch, "data-room", finallyUndone > undone ? String(finallyUndone) : undefined);
  const spoken = cell ? texts.token.spoken(spokenText(text), texts.states[cell.state], position + 1) : texts.token.nothingYet(position + 1);
  setAttribute(element, "aria-label", [spoken, ...notes, ...(undone > 0 ? [texts.token.undone(undone)] : [])].join(", "));
}

function spokenText(text: string | undefined): string {
  if (text === undefined) return texts.token.unknown;
  if (text.includes("\n")) return texts.token.newline;
  return text.trim() === "" ? (text === "" ? texts.token.empty : texts.token.space) : text.trim();
}

function setText(node: Text | HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

function setAttribute(element: HTMLElement, name: string, value: string | undefined): void {
  if (value === undefined) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
