/** Returns a token's text as it is quoted in a sentence: trimmed, with a sign for what cannot be seen. */
export function tokenText(text: string | undefined): string {
  if (text === undefined) return "?";
  const shown = text.replaceAll("\n", "⏎").trim();
  return shown === "" ? (text === "" ? "∅" : "␣") : shown;
}
