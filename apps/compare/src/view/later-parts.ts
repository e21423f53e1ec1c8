/** Parts of the page that are not on the start page, in one script: see `later.ts`. */
export { AboutPage } from "./about-page.tsx";
export { MeasurePage } from "./measure-page.tsx";
export { ModelDialog } from "./model/model-dialog.tsx";
export { placePopover } from "./place-popover.ts";
export { SetsPage } from "./prompt-sets/sets-page.tsx";
export { TourPage } from "./tour/tour-page.tsx";
