// Creates many sessions at once.
import { Connection } from './http.mjs';

// Each create has a connection that is open already. Returns the seconds of each, and what deletes the sessions again.
export async function createAtOnce(url, count) {
  const connections = await Promise.all(Array.from({ length: count }, () => Connection.open(url)));
  const start = performance.now();
  const created = await Promise.all(connections.map(async (connection) => {
    const id = await connection.create();
    return { connection, id, seconds: (performance.now() - start) / 1000 };
  }));
  const release = async () => {
    await Promise.all(created.map(({ connection, id }) => connection.delete(id)));
    for (const connection of connections) connection.close();
  };
  return { times: created.map(({ seconds }) => seconds), release };
}
