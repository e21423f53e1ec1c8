import type { DecodeEvent, DecodeOptions, Decoder } from "../decoder.ts";
import { DisposedError } from "../errors.ts";
import type { ModelSet } from "../model.ts";
import type { RandomState } from "../random.ts";
import { compactEvent } from "./compact-event.ts";
import type { Connection } from "./connection.ts";
import type { PluginImporter } from "./import-plugin.ts";
import type { PluginReference } from "./plugin-reference.ts";
import type { ModelTransfer } from "./remote-models.ts";
import { receiveRandom } from "./transfer-random.ts";
import type { TransferredSignal } from "./transfer-signal.ts";
import type { TransferredModels } from "./transferred-model.ts";

/** What the other side sends to begin a decode. */
export interface DecodeRequest {
  readonly reference: PluginReference;
  readonly models: TransferredModels;
  readonly prompt: Int32Array;
  readonly options: Omit<DecodeOptions, "random" | "signal">;
  readonly random: RandomState | undefined;
  readonly signal: TransferredSignal | undefined;
}

/** What there is to know of a decoder before it decodes. */
export type DecoderDescription = Pick<Decoder, "name" | "requires" | "lossless">;

interface ServedDecode {
  readonly events: AsyncGenerator<DecodeEvent, void, void>;
  readonly release: () => void;
}

/** Lets the other side run decoders of plugins that are imported here: one event per call, so that nothing runs ahead. */
export function serveDecodes(connection: Connection, models: ModelTransfer, plugins: PluginImporter): void {
  const decodes = new Map<number, ServedDecode>();
  let count = 0;

  const start = async ({ reference, models: transferred, prompt, options, random, signal }: DecodeRequest): Promise<number> => {
    const decoder = await plugins.create(reference);
    const received = connection.signals.receive(signal);
    const events = decoder.decode(models.receive(transferred) as ModelSet, prompt, {
      ...options,
      random: receiveRandom(random),
      signal: received.signal,
    });
    decodes.set(++count, { events, release: received.release });
    return count;
  };

  connection.offer({
    describePlugin: plugins.describe,
    async describeDecoder(reference: PluginReference): Promise<DecoderDescription> {
      const { name, requires, lossless } = await plugins.create(reference);
      return { name, requires, lossless };
    },
    startDecode: start,
    async nextEvent(id: number): Promise<DecodeEvent | undefined> {
      const decode = decodes.get(id);
      if (!decode) throw new DisposedError("decode");
      const next = await decode.events.next();
      return next.done ? undefined : compactEvent(next.value);
    },
    async endDecode(id: number) {
      const decode = decodes.get(id);
      decodes.delete(id);
      decode?.release();
      await decode?.events.return();
    },
  });
}
