/** The last rows of a tensor of logits in a GPU buffer. */
export interface RowsOnGpu {
  readonly device: GPUDevice;
  readonly buffer: GPUBuffer;
  readonly type: "float16" | "float32";
  /** Index of the first logit of the first row. */
  readonly first: number;
  readonly rows: number;
  readonly vocabSize: number;
}

export function bytesPerLogit({ type }: Pick<RowsOnGpu, "type">): number {
  return type === "float16" ? 2 : 4;
}
