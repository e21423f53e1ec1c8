import { InferenceSession } from "onnxruntime-node";

// Test files run beside each other, one on each core. Sessions with a thread for each core would wait for one another, and their threads
// spin while they wait. What a test asks for itself stays.
const create = InferenceSession.create.bind(InferenceSession) as (
  model: Uint8Array,
  options?: InferenceSession.SessionOptions,
) => Promise<InferenceSession>;
InferenceSession.create = (model: Uint8Array, options?: InferenceSession.SessionOptions) =>
  create(model, { intraOpNumThreads: 1, ...options });
