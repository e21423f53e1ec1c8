import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { inject } from "vitest";
import golden from "../../packages/tiny-models/golden/transformers.json" with { type: "json" };
import { environmentIn } from "./home.ts";
import type { Place } from "./run.ts";

/** What prepare.ts made. */
export interface Release {
  /** Temporary folder of everything that the dry run writes. */
  readonly work: string;
  /** Home folder of a person who installs from the registry: its settings name the registry, and caches are in it. */
  readonly home: string;
  /** URL of the registry on this machine, with a slash at its end. */
  readonly registry: string;
  /** The repository as it would be released, with the versions of the release. */
  readonly copy: string;
  /** Folder with the installed tools of tools.json. */
  readonly tools: string;
  readonly packages: readonly PublishedPackage[];
}

export interface PublishedPackage {
  readonly name: string;
  /** Name of its folder in `packages`. */
  readonly folder: string;
  /** Path of the tarball that the registry serves. */
  readonly tarball: string;
  /** Folder with the files of the tarball. */
  readonly files: string;
}

declare module "vitest" {
  export interface ProvidedContext {
    readonly release: Release;
  }
}

export const root = path.join(import.meta.dirname, "../..");

export const release: Release = inject("release");

/** The manifest of a package, as published. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly [field: string]: unknown;
}

export function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as Manifest;
}

/** Prompt and greedy text of the story model, as transformers writes it on the same weights. */
export const story = storyOf("Once upon a time, there was a little girl named Lily.");

function storyOf(prompt: string): string {
  const found = golden.prompts.find((each) => each.prompt === prompt);
  if (!found) throw new Error(`no golden text for ${prompt}`);
  return prompt + found.greedyText;
}

/**
 * Makes an empty folder outside the repository, and returns it as the place of a person who installs from the registry, with a version of
 * Node of tools.json or that of this machine.
 */
export function newPlace(name: string, node?: "20" | "22" | "24"): Place {
  const cwd = path.join(release.work, "projects", name);
  mkdirSync(cwd, { recursive: true });
  const programs = [...(node ? [path.join(release.tools, `node_modules/node-${node}/bin`)] : []), path.join(release.tools, "bin")];
  return { cwd, env: environmentIn(release.home, programs) };
}
