export { myStrategy } from "./my-strategy.ts";
export type { MyStrategyOptions } from "./options.ts";
