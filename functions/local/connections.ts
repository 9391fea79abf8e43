import type { Socket } from 'node:net';
import type { Limits } from './limits.ts';
import type { Sources } from './sources.ts';

interface Connection {
  readonly source: string;
  readonly socket: Socket;
  readonly readAtFirst: number;
}

/** Connections that are looked at to find one that waits for its client. */
const LOOKS = 64;

/**
 * The connections of one door. A connection costs its client nothing, so where there are too many, a new one takes the place
 * of an old one on which no request is under way: of its own source where that has its share, and else of any. A client whose
 * idle connection ends opens another. Where every connection that is looked at has a request under way, the new one is closed.
 */
export const openConnections = (
  limits: Pick<Limits, 'connections' | 'connectionsOfSource'>,
  sources: Pick<Sources, 'ofAddress' | 'isProxy'>,
  owes: (socket: Socket) => boolean,
) => {
  /** Those that were looked at last come last. */
  const all = new Map<string, Connection>();
  const bySource = new Map<string, Set<string>>();

  const remove = (id: string, { source }: Connection): void => {
    all.delete(id);
    const own = bySource.get(source);
    own?.delete(id);
    if (own?.size === 0) bySource.delete(source);
  };

  /** Ends one of these connections that waits for its client. */
  const makeRoom = (ids: Iterable<string>, putLast: (id: string) => void): boolean => {
    const busy: string[] = [];
    let found: string | undefined;
    for (const id of ids) {
      const connection = all.get(id);
      if (connection && !owes(connection.socket)) found = id;
      else busy.push(id);
      if (found !== undefined || busy.length === LOOKS) break;
    }
    for (const id of busy) putLast(id);
    const connection = found === undefined ? undefined : all.get(found);
    if (found === undefined || connection === undefined) return false;
    remove(found, connection);
    connection.socket.destroy();
    return true;
  };

  const takesPlace = (own: Set<string>, isProxy: boolean): boolean => {
    if (!isProxy && own.size >= limits.connectionsOfSource) {
      return makeRoom(own, (id) => {
        own.delete(id);
        own.add(id);
      });
    }
    if (all.size < limits.connections) return true;
    return makeRoom(all.keys(), (id) => {
      const connection = all.get(id) as Connection;
      all.delete(id);
      all.set(id, connection);
    });
  };

  const add = (socket: Socket): void => {
    const id = idOf(socket);
    const known = all.get(id);
    const source = known?.source ?? sources.ofAddress(socket.remoteAddress).key;
    if (known === undefined) {
      const own = bySource.get(source) ?? new Set();
      if (!takesPlace(own, sources.isProxy(socket.remoteAddress))) {
        socket.destroy();
        return;
      }
      bySource.set(source, own.add(id));
    }
    const connection = { source, socket, readAtFirst: socket.bytesRead };
    all.set(id, connection);
    socket.once('close', () => {
      if (all.get(id) === connection) remove(id, connection);
    });
  };

  return {
    /** A new connection, or the TLS socket of one that is known. */
    add,
    open: (): readonly Socket[] => [...all.values()].map(({ socket }) => socket),
    /** Connections on which nothing has come in; on a TLS connection, nothing since the handshake. */
    silent: (): readonly Socket[] =>
      [...all.values()]
        .filter(({ socket, readAtFirst }) => socket.bytesRead === readAtFirst)
        .map(({ socket }) => socket),
  };
};

/** The same for the plain socket of a connection and for the TLS socket that replaces it. */
const idOf = ({ localAddress, remoteAddress, remotePort }: Socket): string =>
  `${localAddress} ${remoteAddress} ${remotePort}`;
