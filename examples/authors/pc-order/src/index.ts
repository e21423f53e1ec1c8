export { pcOrder } from "./pc-order.ts";
export type { PcOrderOptions } from "./options.ts";
