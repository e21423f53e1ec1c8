import { ModelLoadError, VocabularyMismatchError } from "../../errors.ts";
import { type JsonFile, readOptionalJson } from "../json-file.ts";
import type { ModelFolder } from "../model-folder.ts";

const FILE = "draft_vocabulary.json";

/**
 * Reads the tokens of a draft head whose vocabulary is a part of its target's (as in FR-Spec, Zhao et al. 2025, arXiv 2502.14856) from
 * `draft_vocabulary.json`: `{"target_ids": […]}` are the target's tokens in the order of the head's, `{"d2t": […]}` what is to be added to
 * each of the head's, as EAGLE's checkpoints have it. Returns undefined if both have the same tokens.
 * @throws ModelLoadError if the file is invalid. @throws VocabularyMismatchError if there is no file and the sizes differ.
 */
export async function readDraftVocabulary(folder: ModelFolder, draftSize: number, vocabSize: number): Promise<Int32Array | undefined> {
  const file = await readOptionalJson(folder, FILE);
  if (file) return targetIdsOf(file, draftSize, vocabSize);
  if (draftSize === vocabSize) return undefined;
  const advice = `Add ${folder.describe(FILE)} with the target's token of each of the draft head's, or use the target that it was trained for.`;
  throw new VocabularyMismatchError({ model: vocabSize, "draft head": draftSize }, advice);
}

function targetIdsOf({ source, values }: JsonFile, draftSize: number, vocabSize: number): Int32Array {
  const { target_ids: ids, d2t: differences } = values;
  const name = ids === undefined ? "d2t" : "target_ids";
  const list = ids ?? differences;
  if (!Array.isArray(list) || list.length !== draftSize) {
    const actual = Array.isArray(list) ? `${list.length}` : "none";
    throw new ModelLoadError(
      source,
      `target_ids must be an array of ${draftSize} token ids, one for each logit of the graph, got ${actual}.`,
    );
  }
  const known = new Set<number>();
  return Int32Array.from(list as unknown[], (value, index) => {
    const token = name === "d2t" ? index + (value as number) : (value as number);
    if (Number.isInteger(token) && token >= 0 && token < vocabSize && !known.has(token)) {
      known.add(token);
      return token;
    }
    const expected = `lead to different tokens of the target, in [0, ${vocabSize})`;
    throw new ModelLoadError(source, `${name} must ${expected}, got ${JSON.stringify(value)} at index ${index}.`);
  });
}
