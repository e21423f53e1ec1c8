import type { DecodeEvent, Decoder } from "../decoder.ts";
import type { Connection } from "./connection.ts";
import type { PluginReference } from "./plugin-reference.ts";
import type { ModelTransfer } from "./remote-models.ts";
import type { DecodeRequest, DecoderDescription } from "./served-decodes.ts";
import { sendRandom } from "./transfer-random.ts";

/** A decoder that decodes on the other side, on models of this one or of that one. */
export async function remoteDecoder(connection: Connection, models: ModelTransfer, reference: PluginReference): Promise<Decoder> {
  const description = await connection.call<DecoderDescription>("describeDecoder", reference);
  const decoder: Decoder = {
    ...description,
    async *decode(given, prompt, { random, signal, ...options }) {
      const state = sendRandom(random);
      const required = Object.fromEntries(decoder.requires.flatMap((role) => (given[role] ? [[role, given[role]]] : [])));
      const sent = models.send(required);
      const sentSignal = connection.signals.send(signal);
      try {
        const request: DecodeRequest = {
          reference,
          models: sent.transferred,
          prompt,
          options,
          random: state,
          signal: sentSignal.transferred,
        };
        yield* eventsOf(connection, await connection.call<number>("startDecode", request));
      } finally {
        sentSignal.release();
        sent.release();
      }
    },
  };
  return decoder;
}

async function* eventsOf(connection: Connection, id: number): AsyncGenerator<DecodeEvent, void, void> {
  try {
    for (;;) {
      const event = await connection.call<DecodeEvent | undefined>("nextEvent", id);
      if (!event) return;
      yield event;
    }
  } finally {
    await connection.call("endDecode", id);
  }
}
