import type { TokenId } from "@decodekit/core";
import { texts } from "../texts/en.ts";
import type { Cell } from "../trace/cell.ts";
import type { LaneState } from "../trace/fold.ts";

interface TokenViewState {
  readonly state: LaneState;
  readonly vocabulary: ReadonlyMap<TokenId, string>;
  readonly selected: number | undefined;
  readonly hovered: number | undefined;
  /** The final tokens, if known: they reserve their space in advance, so that nothing moves. */
  readonly ahead: readonly TokenId[];
  readonly grid?: GridPlace | undefined;
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
    update({ state, vocabulary, selected, hovered, ahead, grid: nextGrid }) {
      freshPass = state.passes;
      if (nextGrid && nextGrid !== grid) for (const [position, { element }] of places.entries()) putInGrid(element, position, nextGrid);
      grid = nextGrid;
      const undoneEnd = Math.max(-1, ...state.undone.keys());
      const length = Math.max(state.cells.length, undoneEnd + 1, ahead.length);
      for (let position = 0; position < Math.max(length, places.length); position++) {
        const cell = state.cells[position];
        const undone = state.undone.get(position)?.length ?? 0;
        patch(placeAt(position), { cell, undone, vocabulary, position, fresh: cell?.pass === freshPass, ahead: ahead[position] });
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
  readonly vocabulary: ReadonlyMap<TokenId, string>;
  readonly position: number;
  readonly fresh: boolean;
  readonly ahead: TokenId | undefined;
}

function patch({ element, lead, ink, notch, tail }: Place, { cell, undone, vocabulary, position, fresh, ahead }: Patch): void {
  setAttribute(element, "hidden", cell || undone > 0 ? undefined : "");
  setAttribute(element, "data-state", cell?.state ?? "gone");
  setAttribute(element, "data-final", cell?.isFinal ? "" : undefined);
  setAttribute(element, "data-fresh", fresh ? "" : undefined);
  const isAhead = !cell && ahead !== undefined;
  setAttribute(element, "data-ahead", isAhead ? "" : undefined);
  const token = cell?.token ?? ahead;
  const text = token !== undefined && cell?.state !== "masked" ? vocabulary.get(token) : "";
  const { space, body, end } = spell(text, cell?.state === "masked");
  setText(lead, space);
  setText(ink, body);
  setText(tail, end);
  setAttribute(notch, "data-count", undone > 0 ? String(undone) : undefined);
  const spoken = cell ? texts.token.spoken(spokenText(text), texts.states[cell.state], position + 1) : texts.token.nothingYet(position + 1);
  setAttribute(element, "aria-label", undone > 0 ? `${spoken}, ${texts.token.undone(undone)}` : spoken);
}

interface Spelling {
  readonly space: string;
  readonly body: string;
  readonly end: string;
}

/** Splits a token's text for display: white space goes outside the marks; a token of only white space gets a symbol. */
function spell(text: string | undefined, isMasked: boolean): Spelling {
  if (isMasked) return { space: " ", body: "\u2007\u2007\u2007\u2007", end: "" };
  if (text === undefined) return { space: "", body: "…", end: "" };
  const [, space = "", body = ""] = /^([ \t]*)(.*)$/su.exec(text) ?? [];
  if (body === "") return { space, body: space === "" ? "∅" : "␣", end: "" };
  const shown = body.replaceAll("\n", "⏎\n");
  return shown.endsWith("\n") ? { space, body: shown.slice(0, -1), end: "\n" } : { space, body: shown, end: "" };
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
