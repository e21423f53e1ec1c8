import { texts } from "../texts/texts.ts";
import { notify } from "./state.ts";

/** Imports a part of the page that is fetched on demand. If that fails, as without a connection, says so and returns undefined. */
export function importPart<Part>(load: () => Promise<Part>): Promise<Part | undefined> {
  return load().catch(() => {
    notify("error", texts.status.partMissing);
    return undefined;
  });
}
