import type { DecoderPlugin, PluginOptionValues } from "@decodekit/core";
import type { Endpoint } from "@decodekit/core/worker";

export interface PluginTestOptions {
  /**
   * For an option that needs certain other options: those, by its name. Presets, and one or two values of other options, are always tried.
   * @defaultValue {}
   */
  readonly requiredOptions?: Readonly<Record<string, PluginOptionValues>> | undefined;
  /** A worker that serves the plugin (`serve` of `@decodekit/core/worker/host`), for the round trip. @defaultValue none */
  readonly worker?: PluginWorker | undefined;
}

export interface PluginWorker {
  readonly endpoint: Endpoint;
  /** Specifier of the plugin in the worker. */
  readonly plugin: string;
}

/** The plugin under test. */
export interface PluginSubject {
  readonly plugin: DecoderPlugin;
  readonly options: PluginTestOptions;
}

/** One rule that every plugin follows, if it applies. */
export interface PluginCheck {
  /** A sentence with the plugin as its subject, without that subject. */
  readonly name: string;
  /** Returns why the check does not apply, in words that follow "it", or undefined if it applies. @defaultValue it always applies */
  readonly inapplicable?: (subject: PluginSubject) => string | undefined;
  run(subject: PluginSubject): Promise<void>;
}
