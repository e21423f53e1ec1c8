import { later, loadLater } from "./later.ts";

/** Below this width, the element is a sheet at the bottom of the screen, placed by the style sheet. */
const SHEET = "(max-width: 40rem)";
const GAP = 8;

/**
 * Places a popover at `anchor`, below it if there is room, and keeps it there while the page scrolls or changes its size. On a small screen
 * it scrolls `anchor` above the sheet instead. Returns a function that ends this.
 */
export function placeAt(anchor: HTMLElement, element: HTMLElement): () => void {
  if (matchMedia(SHEET).matches) {
    for (const property of ["left", "top", "max-height"]) element.style.removeProperty(property);
    const hidden = anchor.getBoundingClientRect().bottom + GAP - element.getBoundingClientRect().top;
    if (hidden > 0) scrollBy({ top: hidden });
    return () => undefined;
  }
  let end: (() => void) | undefined;
  let isOver = false;
  const begin = (): void => {
    if (!isOver) end = later.value?.placePopover(anchor, element);
  };
  if (later.peek()) begin();
  else void loadLater().then(begin);
  return () => {
    isOver = true;
    end?.();
  };
}
