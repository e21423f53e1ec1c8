export { myStrategy } from "./my-strategy.ts";
