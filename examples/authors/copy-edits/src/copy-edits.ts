import { type Drafter, resolveOptions } from "@decodekit/core";
import { type CopyEditsOptions, options } from "./options.ts";

/**
 * Creates a drafter for texts that are edited copies of an earlier one. It keeps a place in the earlier text. Where the target writes
 * something else, the drafter does not lose its place as a lookup of the last tokens does: it guesses that one token was replaced, and goes
 * on as soon as a token of the earlier text returns, after at most `maxEdit` tokens were inserted or deleted. A token that was replaced by
 * one other is replaced again in later drafts, as a name is that was changed. Without a place, copying begins after the latest earlier
 * occurrence of the last `minMatch` tokens. It runs no model.
 *
 * Copying an input and matching again after a difference is aggressive decoding: Sun et al. 2021, “Instantaneous Grammatical Error
 * Correction with Shallow Aggressive Decoding” (arXiv:2106.04970), and Ge et al. 2022 (arXiv:2205.10350). The lookup is that of Saxena 2023,
 * “Prompt lookup decoding”. Going on right after a replaced token, and learning replacements, are our own.
 * @throws InvalidOptionError for an unknown option or a value out of range.
 */
export function copyEdits(given: CopyEditsOptions = {}): Drafter<never> {
  const { minMatch, maxEdit } = resolveOptions("copyEdits", given, options);
  return {
    name: "copy-edits",
    requires: [],
    draftKind: "tokens",
    async start({ prompt }) {
      // Everything that is learnt belongs to one decode.
      const text = Array.from(prompt);
      const replacements = new Map<number, number>();
      /** The position of the earlier text that is expected next. */
      let place: number | undefined;
      /** Where the text left the earlier one, and how many tokens it has written since. */
      let edit: { readonly start: number; written: number } | undefined;

      const drafted = (position: number): number => replacements.get(text[position]!) ?? text[position]!;

      /** Reads one token of the output. */
      const read = (token: number): void => {
        if (place !== undefined && !edit && token !== drafted(place)) {
          // The earlier token itself has returned, in place of its replacement.
          if (token === text[place]) replacements.delete(token);
          else edit = { start: place, written: 0 };
        }
        if (edit) {
          edit.written++;
          const back = returned(text, token, edit.start, edit.written, maxEdit);
          if (back !== undefined) {
            // Exactly one token stands in place of one other.
            if (edit.written === 2 && back === edit.start + 1) replacements.set(text[edit.start]!, text.at(-1)!);
            [place, edit] = [back + 1, undefined];
          } else if (edit.written > maxEdit) [place, edit] = [undefined, undefined];
          else place = edit.start + edit.written;
        } else if (place !== undefined) place++;
        text.push(token);
        place ??= latestMatch(text, minMatch);
      };
      place = latestMatch(text, minMatch);

      return {
        observe({ tokens }) {
          for (const token of tokens) read(token);
        },
        async propose({ max }) {
          const start = place ?? text.length;
          const length = Math.max(0, Math.min(max, text.length - start));
          return { tokens: Int32Array.from({ length }, (_, i) => drafted(start + i)) };
        },
      };
    },
  };
}

/**
 * Returns the position of `token` in `text` at which an edit that began at `start` ends, the one nearest to where it would be if as many
 * tokens were replaced as written, the lower one among equals; undefined if none is within reach.
 */
function returned(text: readonly number[], token: number, start: number, written: number, maxEdit: number): number | undefined {
  const straight = start + written - 1;
  for (let distance = 0; distance <= maxEdit; distance++)
    for (const position of [straight - distance, straight + distance])
      if (position >= start && position < text.length && text[position] === token) return position;
  return undefined;
}

/** Returns the position after the latest earlier occurrence of the last `length` tokens. */
function latestMatch(text: readonly number[], length: number): number | undefined {
  for (let end = text.length - 1; end >= length; end--) {
    let same = 0;
    while (same < length && text[end - 1 - same] === text[text.length - 1 - same]) same++;
    if (same === length) return end;
  }
  return undefined;
}
