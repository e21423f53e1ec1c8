export { testDecoder, type TestFunction } from "./test-decoder.ts";
