import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** A block of code on a page of the site. */
export interface CodeBlock {
  /** Path of the page below the folder of pages, such as "start/first-program.mdx". */
  readonly page: string;
  /** From 1. */
  readonly line: number;
  readonly language: string;
  /** Name of the file that the page tells to write it to. */
  readonly title: string | undefined;
  /** Words beside the language, such as "chat-model" for a program that loads the chat model from the hub. */
  readonly marks: readonly string[];
  readonly code: string;
}

const folder = fileURLToPath(new URL("../../../apps/docs/src/content/docs/", import.meta.url));
const GENERATED = path.join("reference", "api");

/** Pages of the site that are written by hand, with their content. */
const pages: readonly { readonly page: string; readonly content: string }[] = readdirSync(folder, {
  recursive: true,
  encoding: "utf8",
})
  .filter((page) => /\.mdx?$/u.test(page) && !page.startsWith(GENERATED))
  .toSorted()
  .map((page) => ({ page, content: readFileSync(path.join(folder, page), "utf8") }));

/** All blocks of code of the site, in the order of the pages. */
export const codeBlocks: readonly CodeBlock[] = pages.flatMap(({ page, content }) =>
  [...content.matchAll(/^```(\S*)([^\n]*)\n(.*?)^```$/gmsu)].map(({ index, 1: language, 2: meta = "", 3: code }) => ({
    page,
    line: content.slice(0, index).split("\n").length,
    language: language!,
    title: /title="([^"]+)"/u.exec(meta)?.[1],
    marks: meta
      .replace(/\w+="[^"]*"/gu, "")
      .split(" ")
      .filter(Boolean),
    code: code!,
  })),
);

/** Whose name a test has. */
export const nameOf = ({ page, line, title }: CodeBlock): string => `${page}:${line}${title ? ` (${title})` : ""}`;
