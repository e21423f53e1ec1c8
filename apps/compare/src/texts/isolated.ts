/** Marks a text of any script within a sentence, so that its direction leaves the sentence alone (Unicode: first strong isolate). */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}
