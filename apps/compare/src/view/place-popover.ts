import { autoUpdate, computePosition, flip, offset, shift, size } from "@floating-ui/dom";

const GAP = 8;

/** Places a popover below `anchor` if there is room, else above it, and keeps it there as the page scrolls. Returns a function that ends this. */
export function placePopover(anchor: HTMLElement, element: HTMLElement): () => void {
  return autoUpdate(anchor, element, () => {
    void computePosition(anchor, element, {
      strategy: "fixed",
      placement: "bottom-start",
      middleware: [
        offset(GAP),
        flip({ padding: GAP }),
        shift({ padding: GAP }),
        size({
          padding: GAP,
          apply: ({ availableHeight }) => element.style.setProperty("max-height", `${Math.max(200, availableHeight)}px`),
        }),
      ],
    }).then(({ x, y }) => {
      element.style.setProperty("left", `${x}px`);
      element.style.setProperty("top", `${y}px`);
    });
  });
}
