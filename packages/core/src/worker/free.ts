import type { Connection } from "./connection.ts";

/** Frees what the other side holds for this one: nothing, where the connection has ended or ends meanwhile, which frees all of it. */
export async function free(connection: Connection, name: string, id: number): Promise<void> {
  try {
    await connection.call(name, [id]);
  } catch (error) {
    if (!connection.isOver()) throw error;
  }
}
