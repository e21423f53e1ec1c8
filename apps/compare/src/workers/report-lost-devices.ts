/**
 * Makes the loss of a GPU device an error of this worker: the runtime waits for a lost device without end, and the page
 * would wait with it.
 */
export function reportLostDevices(): void {
  const adapter = globalThis.GPUAdapter?.prototype as { requestDevice: (...options: unknown[]) => Promise<GPUDevice> } | undefined;
  if (!adapter) return;
  const { requestDevice } = adapter;
  adapter.requestDevice = async function requestWatchedDevice(this: unknown, ...options) {
    const device = await requestDevice.apply(this as GPUAdapter, options);
    void device.lost.then(({ reason, message }) => reportError(new Error(`The GPU device was lost (${reason}). ${message}`)));
    return device;
  };
}
