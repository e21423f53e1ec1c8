import { type LogitsProcessor, resolveOptions } from "@decodekit/core";
import { narrowingProcessor } from "@decodekit/core/toolkit";
import { type SmoothCurveOptions, options } from "./options.ts";

/**
 * Creates a processor that bends a row: quadratic sampling, or “smoothing”. With m the largest logit and d = logit - m <= 0, a logit becomes
 *
 *   m - factor (3 - curve) / 2 · d² + factor (curve - 1) / 2 · d³
 *
 * Tokens close to the likeliest one come closer, distant ones go further away: at curve 1 a distance of 1 / factor nats stays as it is. So
 * the top evens out without the tail that a high temperature brings. The order of tokens and -Infinity stay as they are; only `curve` in
 * [1, 3] keeps the order.
 *
 * From kalomaze's quadratic sampling as in text-generation-webui (`smoothing_factor`, `smoothing_curve`), which allows any curve >= 1.
 * @throws InvalidOptionError for an unknown option or a value out of range.
 */
export function smoothCurve(given: SmoothCurveOptions = {}): LogitsProcessor {
  const { factor, curve } = resolveOptions("smoothCurve", given, options);
  const square = (factor * (3 - curve)) / 2;
  const cube = (factor * (curve - 1)) / 2;
  return narrowingProcessor(
    `smooth-curve(${factor}, ${curve})`,
    ({ row, tokens }) => {
      const count = tokens?.length ?? row.length;
      let maximum = -Infinity;
      for (let i = 0; i < count; i++) maximum = Math.max(maximum, row[tokens?.[i] ?? i]!);
      if (!Number.isFinite(maximum)) return;
      for (let i = 0; i < count; i++) {
        const token = tokens?.[i] ?? i;
        const below = row[token]! - maximum;
        if (below !== -Infinity) row[token] = maximum - square * below ** 2 + cube * below ** 3;
      }
    },
    { argmaxInvariant: true },
  );
}
