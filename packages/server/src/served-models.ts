import type { CausalModel, LanguageModel, Session } from "@decodekit/core";
import { type PrefixCacheOptions, withPrefixCache } from "@decodekit/core/toolkit";
import { ApiError } from "./api-error.ts";

/** A language model and what is known of its file, as `loadModel` of `@decodekit/core/onnx` returns it. */
export interface ServedModel extends LanguageModel {
  readonly causal: CausalModel;
  readonly file?: { readonly path: string; readonly dtype?: string | undefined } | undefined;
  readonly parameters?: number | undefined;
  readonly bytes?: number | undefined;
  readonly execution?: string | undefined;
}

/** A model of the server. */
export interface Served {
  readonly id: string;
  /** With a prefix cache, unless there is none. */
  readonly model: ServedModel;
  /** Tells clients when answers may change: depends on the model's name and file, and on what runs it. */
  fingerprint(): Promise<string>;
  /** Returns the model for one answer, and how many tokens of the prompt its decode did not have to read. */
  forAnswer(): { readonly model: ServedModel; readonly cachedTokens: () => number };
  /** Frees what the prefix cache keeps. */
  clear(): Promise<void>;
}

export interface ServedModels {
  readonly all: readonly Served[];
  /** @throws ApiError 404 for a model that is not served. */
  get(id: string): Served;
}

export function servedModels(models: Readonly<Record<string, ServedModel>>, prefixCache: PrefixCacheOptions | false): ServedModels {
  const all = Object.entries(models).map(([id, model]) => served(id, model, prefixCache));
  return {
    all,
    get(id) {
      const found = all.find((each) => each.id === id);
      if (found) return found;
      const message = `There is no model "${id}" here. Use one of ${all.map((each) => each.id).join(", ")}.`;
      throw new ApiError(message, { status: 404, param: "model", code: "model_not_found" });
    },
  };
}

function served(id: string, given: ServedModel, prefixCache: PrefixCacheOptions | false): Served {
  const cached = prefixCache === false ? undefined : withPrefixCache(given, prefixCache);
  const model = cached ?? given;
  let fingerprint: Promise<string> | undefined;
  return {
    id,
    model,
    fingerprint: () => (fingerprint ??= fingerprintOf(given)),
    forAnswer() {
      const sessions: Session[] = [];
      const createSession = async (): Promise<Session> => {
        const session = await model.causal.createSession();
        sessions.push(session);
        return session;
      };
      return {
        model: { ...model, causal: { ...model.causal, createSession } },
        // A decoder may open several sessions, each of which reads the prompt.
        cachedTokens: () => Math.max(0, ...sessions.map((session) => session.positionsReused ?? 0)),
      };
    },
    clear: async () => cached?.prefixCache.clear(),
  };
}

async function fingerprintOf({ name, file, parameters, bytes, execution, causal }: ServedModel): Promise<string> {
  const known = JSON.stringify([name, file?.path, file?.dtype, parameters, bytes, execution, causal.vocabSize, causal.contextLength]);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(known)));
  return `fp_${Array.from(digest.subarray(0, 6), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
