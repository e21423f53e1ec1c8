/** How ReMDM adds remasking. */
export type RemdmVariant = "cap" | "rescale" | "confidence" | "loop";

/** The parameters that determine the rates of a step. */
export interface RemdmPlan {
  readonly variant: RemdmVariant;
  /** Strength η of remasking, in [0, 1]. */
  readonly eta: number;
  /** For "loop": the times, falling from 1 to 0, between which the share of known tokens is kept at `alphaOn`. */
  readonly timeOn: number;
  readonly timeOff: number;
  readonly alphaOn: number;
}

/** Probabilities of one step of ReMDM. */
export interface RemdmRates {
  /** Probability that an open position is committed. */
  readonly commit: number;
  /** Probability that a committed token is remasked. For "confidence" the total, which the tokens share. */
  readonly remask: number;
}

/**
 * Returns the rates of step `step` of `steps`, from time t = 1 - step / steps to s = t - 1 / steps (Wang et al. 2025, arXiv 2503.00307,
 * section 4). A known token is remasked with probability σ, an unknown one is filled with probability (α_s - (1 - σ) α_t) / (1 - α_t), so
 * that the share of known tokens is α_s for any σ. σ is min(η, (1 - α_s) / α_t) for "cap" and η min(1, (1 - α_s) / α_t) for "rescale".
 * "confidence" fills as if σ were 0, as its authors' program does. "loop" fills up to `alphaOn` while t > timeOn, remasks at
 * that level, and fills the rest from timeOff on. α is the share of known tokens, 1 - t except in "loop".
 */
export function remdmRates(plan: RemdmPlan, step: number, steps: number): RemdmRates {
  const { now, next, remasks } = sharesKnown(plan, (steps - step) / steps, (steps - step - 1) / steps);
  const maxRemask = now > 0 ? Math.min(1, (1 - next) / now) : 1;
  const remask = remasks ? strength(plan, maxRemask) : 0;
  const compensated = plan.variant === "confidence" ? 0 : remask;
  const commit = now < 1 ? (next - (1 - compensated) * now) / (1 - now) : 1;
  return { commit: Math.min(1, Math.max(0, commit)), remask };
}

function strength({ variant, eta }: RemdmPlan, maxRemask: number): number {
  switch (variant) {
    case "cap":
    case "loop":
      return Math.min(eta, maxRemask);
    case "rescale":
      return eta * maxRemask;
    case "confidence":
      return maxRemask;
    default:
      return variant satisfies never;
  }
}

/** α_t, α_s, and whether known tokens may be remasked between times t and s. */
function sharesKnown(
  { variant, timeOn, timeOff, alphaOn }: RemdmPlan,
  t: number,
  s: number,
): { readonly now: number; readonly next: number; readonly remasks: boolean } {
  if (variant !== "loop") return { now: 1 - t, next: 1 - s, remasks: true };
  const fall = (1 - alphaOn) / timeOff;
  if (t <= timeOff) return { now: 1 - t * fall, next: 1 - s * fall, remasks: false };
  const rise = alphaOn / (1 - timeOn);
  if (t > timeOn) return { now: (1 - t) * rise, next: Math.min(1, (1 - s) * rise), remasks: false };
  return { now: alphaOn, next: alphaOn, remasks: true };
}
