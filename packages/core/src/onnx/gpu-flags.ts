/** Flags of GPUBufferUsage and GPUMapMode (WebGPU specification, sections 5.1.2 and 5.2), which TypeScript's DOM types lack. */
export const MAP_READ = 0x0001;
export const COPY_SRC = 0x0004;
export const COPY_DST = 0x0008;
export const UNIFORM = 0x0040;
export const STORAGE = 0x0080;
export const MAP_MODE_READ = 0x0001;
/** Flag of GPUShaderStage (section 8.1.1). */
export const STAGE_COMPUTE = 0x4;
