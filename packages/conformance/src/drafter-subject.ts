import type { Drafter } from "@decodekit/core";
import type { DriveCase } from "./drive-drafter.ts";

/** The drafter under test, and the models that it drafts on. */
export interface DrafterSubject {
  readonly create: () => Drafter;
  readonly cases: readonly DriveCase[];
  /** Whether its drafts are what its models say. */
  readonly followsModels: boolean;
}

/** One thing that every drafter does, where it applies. */
export interface DrafterCheck {
  /** A sentence about the drafter, which is its subject. */
  readonly name: string;
  /** Why it does not apply, in words that follow "it"; undefined where it does. @defaultValue it always applies */
  readonly inapplicable?: (drafter: Drafter, subject: DrafterSubject) => string | undefined;
  run(subject: DrafterSubject): Promise<void>;
}

/** How many tokens are asked for, round by round. */
export const LENGTHS: readonly number[] = [1, 4, 2, 3, 4, 1, 4, 4];
