import { serve } from "@decodekit/core/worker/host";

// Runs decoders that the visitor names by address. It holds no model: passes are asked for through a port.
serve();
