import type { DecoderPlugin, PluginOptionValues } from "../contracts/plugin.ts";

/** A decoder as data: the module that exports its `DecoderPlugin`, and the options to create it with. */
export interface PluginReference {
  /** Module specifier in the worker: a key of `serve`'s `plugins`, an absolute URL, or in Node a package. */
  readonly plugin: string;
  /** Name of the plugin, if the module exports several. @defaultValue the only plugin */
  readonly name?: string | undefined;
  /** @defaultValue {} */
  readonly options?: PluginOptionValues | undefined;
}

/** The data of a plugin, without its code. */
export type PluginDescription = Omit<DecoderPlugin, "create">;

/** Modules by the specifier under which the other side requests them; bundlers must see each import. */
export type PluginModules = Readonly<Record<string, () => Promise<unknown>>>;
