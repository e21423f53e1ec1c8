import type { Connection } from "./connection.ts";

/** Frees an object that the other side holds for this one. Does nothing once the connection has ended, which frees all of them. */
export async function releaseRemote(connection: Connection, name: string, id: number): Promise<void> {
  try {
    await connection.call(name, [id]);
  } catch (error) {
    if (!connection.isOver()) throw error;
  }
}
