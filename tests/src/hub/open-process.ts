// node open-process.js ENDPOINT CACHE PATH: opens a file of a hub, and sends its size and the sum of its bytes to the parent process.
import { hub } from "@decodekit/hub";

const [endpoint, cache, path] = process.argv.slice(2) as [string, string, string];
const file = await hub("org/tiny", { endpoint, cache }).open(path, {});
if ("absent" in file) throw new Error(file.absent);
const bytes = new Uint8Array(await new Response(file.stream()).arrayBuffer());
let sum = 0;
for (const byte of bytes) sum += byte;
process.send!({ bytes: bytes.length, sum });
process.disconnect();
