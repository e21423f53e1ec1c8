import { serve } from "@decodekit/core/worker/host";

// Runs third-party decoders. This worker holds no model; it requests passes through a port.
serve();
