import type { PluginOptionValues } from "@decodekit/core";

/** Formats options as "p=0.9", "temperature=1". */
export function formatOptions(options: PluginOptionValues): string[] {
  return Object.entries(options).map(([name, value]) => `${name}=${value}`);
}

/** Formats a decoder as "top-p p=0.9, temperature=1". */
export function formatDecoder(name: string, options: PluginOptionValues): string {
  return [name, formatOptions(options).join(", ")].filter(Boolean).join(" ");
}

/** Formats a model's file as "onnx/model_q4.onnx, because the data type q4 was asked for". */
export function formatFile({ path, reason }: { readonly path: string; readonly reason: string }): string {
  return `${path}, because ${reason}`;
}

/** Formats bytes with a decimal unit: "812 B", "7.0 MB". */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let amount = bytes;
  for (; amount >= 1000 && unit < units.length - 1; unit++) amount /= 1000;
  return `${unit === 0 ? amount : amount.toFixed(1)} ${units[unit]}`;
}

/** Formats a number of things as "1 run", "3 runs". */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}

/** Formats a count: "3.1 M", "12 k", "9999". */
export function formatCount(amount: number): string {
  if (amount >= 1e9) return `${(amount / 1e9).toFixed(1)} G`;
  if (amount >= 1e6) return `${(amount / 1e6).toFixed(1)} M`;
  return amount >= 10_000 ? `${Math.round(amount / 1000)} k` : String(amount);
}

/** Formats a number with about three digits; "–" for null. */
export function formatNumber(value: number | null): string {
  if (value === null) return "–";
  return value >= 100 ? String(Math.round(value)) : value.toFixed(value >= 10 ? 1 : 2);
}
