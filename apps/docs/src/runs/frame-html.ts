/** What a lane shows after a pass; plain data, so that it is the same when the page is built and when it is played. */
export interface ShownFrame {
  readonly passes: readonly [target: number, draft: number];
  readonly cells: readonly (readonly [token: number, state: string] | null)[];
}

/** Says how many passes were made. */
export function countText([target, draft]: ShownFrame["passes"]): string {
  const passes = `${target} ${target === 1 ? "pass" : "passes"}`;
  return draft === 0 ? passes : `${passes}, and ${draft} of the draft model`;
}

/** Returns the tokens of a frame as HTML. */
export function frameHtml({ cells }: ShownFrame, texts: Readonly<Record<number, string>>): string {
  return cells.map((cell) => (cell ? `<span class="token ${cell[1]}">${escaped(texts[cell[0]] ?? "")}</span>` : "<span></span>")).join("");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
