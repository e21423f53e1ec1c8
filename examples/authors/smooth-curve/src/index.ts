export { smoothCurve } from "./smooth-curve.ts";
export type { SmoothCurveOptions } from "./options.ts";
