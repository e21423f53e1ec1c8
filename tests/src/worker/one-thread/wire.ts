/** Two connected endpoints in this thread, with an observer of every message. */
export interface Wire {
  readonly here: MessagePort;
  readonly there: MessagePort;
  /** Closes both ends. */
  readonly close: () => void;
}

/** `passes` is called for every message, in either direction, before it is delivered. */
export function wire(passes: (message: unknown) => void = () => undefined): Wire {
  const [near, far] = [new MessageChannel(), new MessageChannel()];
  const relay = (from: MessagePort, to: MessagePort): void => {
    from.addEventListener("message", ({ data, ports }) => {
      passes(data);
      to.postMessage(data, [...ports]);
    });
    from.addEventListener("close", () => to.close());
    from.start();
  };
  relay(near.port2, far.port1);
  relay(far.port1, near.port2);
  return {
    here: near.port1,
    there: far.port2,
    close() {
      near.port1.close();
      far.port2.close();
    },
  };
}

/** Waits until all sent messages and the replies to them have arrived. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
