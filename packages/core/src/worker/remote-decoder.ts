import type { DecodeEvent, Decoder } from "../contracts/decoder.ts";
import type { Connection } from "./connection.ts";
import { releaseRemote } from "./release-remote.ts";
import type { PluginReference } from "./plugin-reference.ts";
import type { ModelTransfer } from "./remote-models.ts";
import type { DecodeRequest, DecoderDescription } from "./served-decodes.ts";
import { sendRandom } from "./transfer-random.ts";

/** Creates a decoder that runs on the other side, on models of either side. */
export async function remoteDecoder(connection: Connection, models: ModelTransfer, reference: PluginReference): Promise<Decoder> {
  const description = await connection.call<DecoderDescription>("describeDecoder", [reference]);
  const decoder: Decoder = {
    ...description,
    async *decode(given, prompt, { random, signal, maxNewTokens, stopTokens, seed }) {
      const state = sendRandom(random);
      const required = Object.fromEntries(decoder.requires.flatMap((role) => (given[role] ? [[role, given[role]]] : [])));
      const sent = models.send(required);
      try {
        const request: DecodeRequest = {
          reference,
          models: sent.transferred,
          prompt,
          options: { maxNewTokens, stopTokens, seed },
          random: state,
        };
        yield* eventsOf(connection, await connection.call<number>("startDecode", [request], signal), signal);
      } finally {
        sent.release();
      }
    },
  };
  return decoder;
}

async function* eventsOf(connection: Connection, id: number, signal: AbortSignal | undefined): AsyncGenerator<DecodeEvent, void, void> {
  try {
    for (;;) {
      // The signal is sent with every call, since nothing runs on the other side in between.
      const event = await connection.call<DecodeEvent | undefined>("nextEvent", [id], signal);
      if (!event) return;
      yield event;
    }
  } finally {
    await releaseRemote(connection, "endDecode", id);
  }
}
