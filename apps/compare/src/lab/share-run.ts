import type { RunDocument } from "../document/run-document.ts";
import { MAX_LINK_LENGTH, packRun, type LeftOut } from "../share/run-link.ts";
import { texts } from "../texts/texts.ts";
import { digestOf, writeLink } from "../url/share-link.ts";
import { outputOf } from "./lane-figures.ts";

/** What of the run a link has: all of it except what is left out, or only the settings. */
type RunInLink = LeftOut | "too-long" | "none";

export interface SharedLink {
  readonly url: string;
  readonly run: RunInLink;
}

/** Returns a link to a document with its run, as far as it fits, and otherwise with the settings of the run. */
export async function linkWithRun(page: string, { settings, run }: RunDocument, isEmbedded = false): Promise<SharedLink> {
  const link = (packed?: string): string =>
    page + writeLink(run?.settings ?? settings, run ? digestsOf(run.trace) : [], "compare", { run: packed, isEmbedded });
  const packed = run && (await packRun(run.trace, MAX_LINK_LENGTH - link("").length));
  return { url: link(packed?.text), run: packed?.leftOut ?? (run ? "too-long" : "none") };
}

/** Returns a link to the settings of a document. If its run was made with them, opening the link says whether the output is the same. */
export function linkWithoutRun(page: string, { settings, run }: RunDocument, isStale: boolean): SharedLink {
  return { url: page + writeLink(settings, run && !isStale ? digestsOf(run.trace) : []), run: "none" };
}

/** Returns the digests of the outputs, whatever place the replay is at; none if a lane has no result. */
function digestsOf({ lanes }: NonNullable<RunDocument["run"]>["trace"]): readonly string[] {
  return lanes.every(({ result }) => result !== undefined) ? lanes.map((lane) => digestOf(outputOf(lane))) : [];
}

/** Returns the code of a frame that shows a link of this page. */
export function embedCode(url: string): string {
  const attributes = {
    src: url,
    title: texts.share.embed.title,
    width: "100%",
    height: "560",
    loading: "lazy",
    style: "border: 1px solid #8888; border-radius: 8px",
  };
  const written = Object.entries(attributes).map(
    ([name, value]) => `${name}="${value.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"`,
  );
  return `<iframe ${written.join(" ")}></iframe>`;
}
