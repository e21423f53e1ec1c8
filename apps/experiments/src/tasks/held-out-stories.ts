import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

// The same rule as in packages/tiny-models/recipe/corpus.py, so that held-out stories were not trained on.
const SEPARATOR = "<|endoftext|>";
const HELD_OUT_EVERY = 100;
const SHINGLE_WORDS = 8;
const MAX_COPIED_SHARE = 0.2;
const MIN_TEXT_LENGTH = 100;

/** Reads the distinct texts of a file, or of all .txt files of a folder, in order. */
export function readTexts(source: string): string[] {
  const files = statSync(source).isDirectory()
    ? readdirSync(source)
        .filter((name) => name.endsWith(".txt"))
        .toSorted()
        .map((name) => join(source, name))
    : [source];
  const texts = files.flatMap((file) => readFileSync(file, "utf8").split(SEPARATOR));
  return [...new Set(texts.map((text) => text.trim()).filter((text) => text.length >= MIN_TEXT_LENGTH))];
}

/**
 * Returns every hundredth text, except those that share more than a fifth of their eight-word runs with the other texts. The models were
 * not trained on the returned texts.
 */
export function heldOutStories(texts: readonly string[]): string[] {
  const isCandidate = (index: number): boolean => index % HELD_OUT_EVERY === HELD_OUT_EVERY - 1;
  const candidates = texts.filter((_, index) => isCandidate(index));
  const wanted = new Set(candidates.flatMap((text) => [...shingles(text)]));
  const copied = new Set<string>();
  for (const [index, text] of texts.entries()) {
    if (isCandidate(index)) continue;
    for (const shingle of shingles(text)) if (wanted.has(shingle)) copied.add(shingle);
  }
  return candidates.filter((text) => {
    const own = shingles(text);
    const shared = [...own].filter((shingle) => copied.has(shingle)).length;
    return shared <= MAX_COPIED_SHARE * Math.max(1, own.size);
  });
}

function shingles(text: string): Set<string> {
  const words = text.toLowerCase().match(/[a-z']+/g) ?? [];
  const found = new Set<string>();
  for (let start = 0; start + SHINGLE_WORDS <= words.length; start++) found.add(words.slice(start, start + SHINGLE_WORDS).join(" "));
  return found;
}
