/** A token's text as it is shown: white space is outside the marks. */
export interface Spelling {
  readonly space: string;
  readonly body: string;
  /** A trailing line break. */
  readonly end: string;
}

/** The place of a mask has the width of four digits. */
export const MASK_BODY = "\u2007\u2007\u2007\u2007";

/** Splits a token's text for display: white space goes outside the marks; a token of only white space gets a symbol. */
export function spell(text: string | undefined, isMasked: boolean): Spelling {
  if (isMasked) return { space: " ", body: MASK_BODY, end: "" };
  if (text === undefined) return { space: "", body: "…", end: "" };
  const [, space = "", body = ""] = /^([ \t]*)(.*)$/su.exec(text) ?? [];
  if (body === "") return { space, body: space === "" ? "∅" : "␣", end: "" };
  const shown = body.replaceAll("\n", "⏎\n");
  return shown.endsWith("\n") ? { space, body: shown.slice(0, -1), end: "\n" } : { space, body: shown, end: "" };
}
