import type { DecoderPlugin, PluginOptionValues } from "../plugin.ts";

/** A decoder by name: the module whose default export is its `DecoderPlugin`, and the options to create it with. */
export interface PluginReference {
  /** Module specifier as the worker sees it: a key of `serve`'s `plugins`, an absolute URL, in Node also a package. */
  readonly plugin: string;
  /** @defaultValue {} */
  readonly options?: PluginOptionValues | undefined;
}

/** Everything that a plugin says of itself. */
export type PluginDescription = Omit<DecoderPlugin, "create">;

/** Modules by the specifier under which the other side asks for them; bundlers need to see each import. */
export type PluginModules = Readonly<Record<string, () => Promise<unknown>>>;
