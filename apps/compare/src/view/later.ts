import { signal } from "@preact/signals";
import { importPart } from "../lab/import-part.ts";

const load = () => import("./later-parts.ts");

/** Parts that the start page does not need. They are fetched once it is drawn, or when one of them is wanted before. */
export const later = signal<Awaited<ReturnType<typeof load>> | undefined>(undefined);

let loading: Promise<void> | undefined;

/** Fetches the parts, once. If that fails, it says so, and the next call tries again. */
export function loadLater(): Promise<void> {
  loading ??= importPart(load).then((parts) => {
    later.value = parts;
    if (!parts) loading = undefined;
  });
  return loading;
}
