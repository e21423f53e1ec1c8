import type { CausalModel, LanguageModel, Tokenizer } from "@decodekit/core";
import { openSession } from "./session.ts";

/**
 * Returns a language model that has learnt from `text`, of at least 1 character, which character follows which. Replace this by what
 * computes your logits: another runtime, a server, a table.
 */
export function myStrategy(text: string): LanguageModel {
  const characters = [...new Set(text)].toSorted();
  const ids = new Map(characters.map((character, id) => [character, id]));
  const rows = characters.map(() => new Float32Array(characters.length));
  const read = Array.from(text, (character) => ids.get(character)!);
  for (const [place, id] of read.slice(0, -1).entries()) rows[id]![read[place + 1]!]! += 1;
  // Logits are logarithms of probabilities, up to a constant. None is forbidden.
  for (const row of rows) for (const [id, count] of row.entries()) row[id] = Math.log(count + 0.01);
  return { name: "my-strategy", causal: causalModel(rows), tokenizer: tokenizerOf(characters, ids), stopTokens: [] };
}

/** The model itself: its sessions return `rows[token]` for every token that they read. */
function causalModel(rows: readonly Float32Array[]): CausalModel {
  const limits = { vocabSize: rows.length, contextLength: 1024 };
  return {
    kind: "causal",
    ...limits,
    // What it cannot do it says here, and decoders that need it refuse the model.
    capabilities: { rewind: true, fork: true, tree: false, rowConsistency: "exact" },
    createSession: async () => openSession({ ...limits, rowAfter: (token) => rows[token]! }, []),
  };
}

function tokenizerOf(characters: readonly string[], ids: ReadonlyMap<string, number>): Tokenizer {
  return {
    vocabSize: characters.length,
    encode: (text) => Int32Array.from([...text].flatMap((character) => ids.get(character) ?? [])),
    decode: (tokens) => Array.from(tokens, (token) => characters[token] ?? "").join(""),
    tokenText: (token) => characters[token] ?? "",
    tokenBytes: (token) => new TextEncoder().encode(characters[token] ?? ""),
  };
}
