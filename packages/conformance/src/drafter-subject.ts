import type { Drafter } from "@decodekit/core";
import type { DriveCase } from "./drive-drafter.ts";

/** The drafter under test, and the models that it drafts on. */
export interface DrafterSubject {
  readonly create: () => Drafter;
  readonly cases: readonly DriveCase[];
  /** Whether its drafts are what its models predict. */
  readonly followsModels: boolean;
}

/** One rule that every drafter follows, if it applies. */
export interface DrafterCheck {
  /** A sentence with the drafter as its subject, without that subject. */
  readonly name: string;
  /** Returns why the check does not apply, in words that follow "it", or undefined if it applies. @defaultValue it always applies */
  readonly inapplicable?: (drafter: Drafter, subject: DrafterSubject) => string | undefined;
  run(subject: DrafterSubject): Promise<void>;
}

/** Requested draft lengths, round by round. */
export const LENGTHS: readonly number[] = [1, 4, 2, 3, 4, 1, 4, 4];
