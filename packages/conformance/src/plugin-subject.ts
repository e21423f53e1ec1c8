import type { DecoderPlugin, PluginOptionValues } from "@decodekit/core";
import type { Endpoint } from "@decodekit/core/worker";

export interface PluginTestOptions {
  /**
   * For an option that works with certain others only: those, by its name. Presets, and one or two values of others, are tried anyway.
   * @defaultValue {}
   */
  readonly goesWith?: Readonly<Record<string, PluginOptionValues>> | undefined;
  /** A worker that serves the plugin (`serve` of `@decodekit/core/worker/host`), for the round trip. @defaultValue none */
  readonly worker?: PluginWorker | undefined;
}

export interface PluginWorker {
  readonly endpoint: Endpoint;
  /** Under which specifier the worker knows the plugin. */
  readonly plugin: string;
}

/** The plugin under test. */
export interface PluginSubject {
  readonly plugin: DecoderPlugin;
  readonly options: PluginTestOptions;
}

/** One thing that every plugin does, where it applies. */
export interface PluginCheck {
  /** A sentence about the plugin, which is its subject. */
  readonly name: string;
  /** Why it does not apply, in words that follow "it"; undefined where it does. @defaultValue it always applies */
  readonly inapplicable?: (subject: PluginSubject) => string | undefined;
  run(subject: PluginSubject): Promise<void>;
}
