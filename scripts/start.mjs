// npm start [-- options]: sets up what is missing, then runs `decodekit compare` with the options.
import path from "node:path";
import { pathToFileURL } from "node:url";
import { root, setup } from "./setup.mjs";

setup({ packages: ["@decodekit/compare..."] });

// In this process, so that Ctrl-C and the exit code are the command's own.
const command = path.join(root, "packages", "compare", "dist", "cli.js");
process.argv.splice(1, 1, command, "compare");
await import(pathToFileURL(command).href);
