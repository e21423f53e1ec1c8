export { stories } from "./stories.ts";
