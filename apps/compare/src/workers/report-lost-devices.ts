/**
 * Reports the loss of a GPU device as an error of this worker. Without it, the runtime would wait for the lost device forever, and so would
 * the page.
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
