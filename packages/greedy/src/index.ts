export { greedy, type GreedyOptions } from "./greedy.ts";
