import { readFileSync } from "node:fs";
import type { HtmlTagDescriptor, Plugin } from "vite";
import { layOutRun } from "../src/share/draw-run.ts";
import { styleSheetPalette } from "../src/share/picture/palette.ts";
import { runPicture } from "../src/share/run-picture.ts";
import { axisLength } from "../src/trace/timeline.ts";
import type { Trace } from "../src/trace/trace.ts";
import { readTrace } from "../src/trace/trace-file.ts";
import { welcomeRecording, welcomeScenes } from "../src/welcome/welcome-scenes.ts";
import { nodeCanvas } from "./node-canvas.ts";

const FILE = "og.png";
const SIZE = { width: 1200, height: 630 };
/** The narrower the layout is, the larger are its letters in the picture, which is often shown small. */
const LAYOUT_WIDTHS = [940, 1000, 1060, 1120, 1180];

/** Draws the picture that programs show beside a link to the page, from the welcome run, and names it in the page's head. */
export function socialPicture(site = process.env["COMPARE_SITE_URL"]): Plugin {
  return {
    name: "social-picture",
    apply: "build",
    generateBundle(_, bundle) {
      const welcome = bundle[`traces/${welcomeRecording(welcomeScenes[0]!)}.jsonl`];
      if (welcome?.type !== "asset") throw new Error("The welcome run was not recorded.");
      this.emitFile({ type: "asset", fileName: FILE, source: drawSocialPicture(readTrace(String(welcome.source))) });
    },
    transformIndexHtml: (html) => ({ html, tags: socialTags(html, site) }),
  };
}

/** Draws the end of a run, or the last place before whose text fits, as the bytes of a PNG file. */
export function drawSocialPicture(trace: Trace): Uint8Array {
  const { canvas, pen } = nodeCanvas(SIZE.width, SIZE.height);
  const palette = styleSheetPalette(readFileSync(new URL("../src/styles/tokens.css", import.meta.url), "utf8"), "light");
  const end = axisLength(
    trace.lanes.map(({ events }) => events),
    "passes",
  );
  const layOut = (width: number, place: number, rowHeights?: readonly number[]) =>
    layOutRun(pen, runPicture(trace, "passes", { place, end }), { width, palette, rowHeights });
  const room = (width: number, place: number): number => (SIZE.height * width) / SIZE.width - layOut(width, place).height;
  const width = LAYOUT_WIDTHS.find((each) => room(each, end) >= 0) ?? LAYOUT_WIDTHS.at(-1)!;
  let place = end;
  while (place > 0 && room(width, place) < 0) place--;
  // Lanes reach down to the margin.
  const { rowHeights } = layOut(width, place);
  const last = rowHeights.length - 1;
  const scale = SIZE.width / width;
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  layOut(width, place, rowHeights.with(last, rowHeights[last]! + Math.max(0, Math.floor(room(width, place))))).draw();
  return canvas.toBuffer("image/png");
}

/**
 * Returns the tags for programs that show links, with the title and the description of the page. The address of the picture must be
 * absolute for most of them: without `site`, the URL of the page's folder, it is relative.
 * @throws an Error if `site` is not a URL.
 */
export function socialTags(html: string, site: string | undefined): HtmlTagDescriptor[] {
  const title = /<title>([^<]+)<\/title>/.exec(html)![1]!;
  const description = /name="description"\s+content="([^"]+)"/.exec(html)![1]!;
  const base = site && folderOf(site);
  const properties = {
    "og:type": "website",
    "og:site_name": title,
    "og:title": title,
    "og:description": description,
    "og:image": base ? new URL(FILE, base).href : `./${FILE}`,
    "og:image:width": String(SIZE.width),
    "og:image:height": String(SIZE.height),
    "og:image:alt": description,
    ...(base && { "og:url": base }),
  };
  return [
    ...Object.entries(properties).map(([property, content]) => ({ tag: "meta", attrs: { property, content } })),
    { tag: "meta", attrs: { name: "twitter:card", content: "summary_large_image" } },
  ];
}

function folderOf(site: string): string {
  if (!/^https?:\/\//.test(site) || !URL.canParse(site))
    throw new Error(
      `COMPARE_SITE_URL must be the complete URL of the page's folder, for example https://example.org/compare/, got ${site}.`,
    );
  return new URL(site.endsWith("/") ? site : `${site}/`).href;
}
