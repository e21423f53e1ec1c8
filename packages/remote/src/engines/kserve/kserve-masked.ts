import { type MaskedModel, type OptionDefinitions, resolveOptions, type TokenId } from "@decodekit/core";
import { Connection } from "../../connection/connection.ts";
import { type CanvasServer, RemoteMaskedSession } from "../../session/remote-masked-session.ts";
import { checkIdentity } from "../identity.ts";
import { KSERVE_OPTIONS, type KserveOptions } from "./kserve.ts";
import { KserveRequests } from "./kserve-requests.ts";

export interface KserveMaskedOptions extends KserveOptions {
  /** The token that stands for an unknown one. */
  readonly maskTokenId: TokenId;
}

const OPTIONS = {
  ...KSERVE_OPTIONS,
  maskTokenId: { type: "integer", help: "The token that stands for an unknown one", minimum: 0, required: true },
} as const satisfies OptionDefinitions<KserveMaskedOptions>;

/**
 * Connects to a masked model as `kserve` does to a causal one, and returns it. A request has the prefix and after it the canvas; row i of the
 * last rows predicts the token at position i of the canvas. A graph that reads prefix and canvas differently takes `rows` for the length of
 * the canvas.
 * @throws InvalidOptionError for an unknown or invalid option.
 * @throws RemoteError if the server cannot be reached, or the model is another kind.
 */
export async function kserveMasked(options: KserveMaskedOptions): Promise<MaskedModel> {
  const { maskTokenId, model, version, contextLength, sessionHeader, signal, ...settings } = resolveOptions<
    KserveMaskedOptions,
    typeof OPTIONS
  >("kserveMasked", options, OPTIONS);
  const connection = new Connection(settings);
  const server = await KserveRequests.connect(connection, { model, version, contextLength, sessionHeader }, signal);
  const identity = await server.identity(signal);
  const check = async (each: AbortSignal | undefined): Promise<void> => checkIdentity(server.source, identity, await server.identity(each));
  const lastRows: CanvasServer["lastRows"] = async (tokens, rows, call) => {
    const { failures } = connection.usage;
    const given = await server.lastRows(tokens, rows, call);
    // It may have been started again, with another model.
    if (connection.usage.failures > failures) await check(call.signal);
    return given;
  };
  const checked = { vocabSize: server.vocabSize, lastRows };
  let sessions = 0;
  return {
    kind: "masked",
    vocabSize: server.vocabSize,
    contextLength,
    maskTokenId,
    async createSession() {
      await check(undefined);
      return new RemoteMaskedSession({ server: checked, contextLength, name: `masked-${sessions++}` });
    },
  };
}
