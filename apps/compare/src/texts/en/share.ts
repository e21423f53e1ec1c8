import { format } from "../format.ts";
import type { LeftOut, RunLinkProblem } from "../../share/run-link.ts";

const characters = (count: number): string => `${format.integer(count)} characters`;
const kilobytes = (bytes: number): string => `${format.integer(Math.ceil(bytes / 1000))} kB`;

export const shareTexts = {
  button: "Share",
  heading: "Share this run",
  nothing: "There is no run yet. A link can only hold the settings.",

  link: {
    heading: "Link",
    explain: "The link contains the whole run: it is shown at once, without a model. Nothing is uploaded.",
    withRun: "Copy link with the run",
    withoutRun: "Copy link without the run",
    field: "Link",
    copied: (length: number) => `Copied, ${characters(length)}.`,
    shown: (length: number) => `The clipboard is not available. Copy the link from here, ${characters(length)}.`,
    /** Some chats cut long links. */
    long: "Some chat programs cut or refuse links this long. Send the link without the run there, or the run as a file.",
    leftOut: {
      nothing: "",
      "some-candidates": "Of the alternatives of each token, only the first three are included.",
      candidates: "The alternatives of the tokens are not included.",
      trees: "The alternatives of the tokens and the branches of draft trees are not included.",
      scores: "The probabilities and alternatives of the tokens and the branches of draft trees are not included.",
    } satisfies Readonly<Record<LeftOut, string>>,
    tooLong:
      "This run is too long for a link. The link has its settings: whoever opens it presses Run. To send the result, save the run as a file.",
  },
  opened: {
    problems: {
      "too-long": "The run in this link is longer than any link of this page. Its settings are here: press Run.",
      "unknown-version": "The run in this link was made by a later version of this page. Its settings are here: press Run.",
      damaged: "The run in this link cannot be read; part of the link may be missing. Its settings are here: press Run.",
    } satisfies Readonly<Record<RunLinkProblem, string>>,
    withoutRun: "This link has the settings of a run, but not its result. Press Run, and the page says whether the output is the same.",
  },

  pictures: {
    heading: "Picture",
    explain: "A picture shows the current place of the replay. An animation shows the whole replay, by the chosen steps and speed.",
    png: "Picture (PNG)",
    gif: "Animation (GIF)",
    webm: "Video (WebM)",
    progress: (share: number) => `${format.percent(share)} drawn`,
    stop: "Stop",
    stopped: "Stopped.",
    saved: (name: string, bytes: number) => `Saved as ${name}, ${kilobytes(bytes)}.`,
    failed: (problem: string) => `That did not work: ${problem}`,
    noWebm: "This browser cannot encode WebM videos.",
  },

  embed: {
    heading: "Embed",
    explain: "A frame for another page that shows the lanes and the replay.",
    copy: "Copy embed code",
    field: "Embed code",
    copied: "Copied.",
    shown: "The clipboard is not available. Copy the code from here.",
    tooLong: "This run is too long for a link, so the frame begins with a Run button.",
    /** Title of the frame. */
    title: "A run in decodekit compare",
    open: "Open in decodekit compare",
  },

  file: {
    heading: "File",
    explain: "The file has everything: events, times and all alternatives. Open it here with “Open run”.",
    save: "Save run",
  },

  code: {
    heading: "Code",
    explain: "A program that runs a lane with the published packages.",
    lane: "Lane",
    copy: "Copy code",
    field: "Program",
    copied: "Copied.",
    shown: "The clipboard is not available. Copy the program from here.",
  },
};
