import type { DecodeEvent, DecodeOptions, Decoder } from "../contracts/decoder.ts";
import { DisposedError } from "../errors.ts";
import type { ModelSet } from "../contracts/model.ts";
import type { RandomState } from "../random/random.ts";
import { awaitDecoder } from "./await-decoder.ts";
import { compactEvent } from "./compact-event.ts";
import type { Connection } from "./connection.ts";
import type { PluginImporter } from "./import-plugin.ts";
import type { PluginReference } from "./plugin-reference.ts";
import type { ModelTransfer } from "./remote-models.ts";
import { receiveRandom } from "./transfer-random.ts";
import type { TransferredModels } from "./transferred-model.ts";

/** The other side's request to begin a decode. */
export interface DecodeRequest {
  readonly reference: PluginReference;
  readonly models: TransferredModels;
  readonly prompt: Int32Array;
  readonly options: { readonly [Name in Exclude<keyof DecodeOptions, "random" | "signal">]-?: DecodeOptions[Name] };
  readonly random: RandomState | undefined;
}

/** The properties of a decoder. */
export type DecoderDescription = Pick<Decoder, "name" | "requires" | "lossless" | "outputLength">;

interface ServedDecode {
  readonly events: AsyncGenerator<DecodeEvent, void, void>;
  readonly controller: AbortController;
}

/** Lets the other side run decoders of plugins that are imported here, one event per call, so that nothing runs ahead. */
export function serveDecodes(connection: Connection, models: ModelTransfer, plugins: PluginImporter): void {
  const decodes = new Map<number, ServedDecode>();
  let count = 0;

  const start = async (request: DecodeRequest, signal: AbortSignal): Promise<number> => {
    const { reference, models: transferred, prompt, options, random } = request;
    const decoder = await awaitDecoder(reference.plugin, () => plugins.create(reference), signal);
    const controller = new AbortController();
    const given = { ...options, random: receiveRandom(random), signal: controller.signal };
    decodes.set(++count, { events: decoder.decode(models.receive(transferred) as ModelSet, prompt, given), controller });
    return count;
  };

  connection.expose({
    describePlugins: plugins.describe,
    async describeDecoder(reference: PluginReference): Promise<DecoderDescription> {
      const { name, requires, lossless, outputLength } = await plugins.create(reference);
      return { name, requires, lossless, outputLength };
    },
    startDecode: start,
    async nextEvent(id: number, signal: AbortSignal): Promise<DecodeEvent | undefined> {
      const decode = decodes.get(id);
      if (!decode) throw new DisposedError("decode");
      const abort = (): void => decode.controller.abort(signal.reason);
      if (signal.aborted) abort();
      signal.addEventListener("abort", abort, { once: true });
      const next = await decode.events.next();
      return next.done ? undefined : compactEvent(next.value);
    },
    async endDecode(id: number) {
      const decode = decodes.get(id);
      decodes.delete(id);
      await decode?.events.return();
    },
  });
  connection.held.set("decodes", decodes);
  connection.onEnd(async () => {
    const open = [...decodes.values()];
    decodes.clear();
    await Promise.all(open.map(({ events }) => events.return()));
  });
}
