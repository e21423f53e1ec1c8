import { type ObjectOption, objectOption } from "../options.ts";

/** Returns the option for names of tensors in a graph by their usual names, which are `tensors`. */
export function namesOption(tensors: readonly string[]): ObjectOption {
  return objectOption(`different names, each a text, for some of ${tensors.join(", ")}`, (value) => isNames(value, tensors));
}

function isNames(value: unknown, tensors: readonly string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  const given = Object.entries(value).filter(([, name]) => name !== undefined);
  const isName = ([usual, name]: readonly [string, unknown]): boolean => tensors.includes(usual) && typeof name === "string" && name !== "";
  return given.every(isName) && new Set(given.map(([, name]) => name)).size === given.length;
}
