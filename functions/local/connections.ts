import type { Socket } from 'node:net';
import type { Limits } from './limits.ts';
import type { Receiver } from './receive.ts';
import type { Source, Sources } from './sources.ts';

interface Connection {
  readonly source: string;
  readonly socket: Socket;
  readonly readAtFirst: number;
}

/** Connections that are looked at to find one that waits for its client. */
const LOOKS = 64;

/**
 * The connections of one door. A connection costs its client nothing, so where there are too many, a new one takes the place
 * of the oldest that waits for its client: for a request, for the rest of a body, or to take its answer. A connection without a
 * request is not taken before older ones, because each is without one when it comes. It is one of the same source where that
 * has its share, and else one of the source that has most. So nobody loses connections to sources that have more. A client whose connection ends opens another. Where every
 * connection that is looked at waits for the service, the new one is closed.
 */
export const openConnections = (
  limits: Pick<Limits, 'connections' | 'sourceShare' | 'rate'>,
  sources: Pick<Sources, 'ofAddress' | 'isProxy'>,
  { waits }: Pick<Receiver, 'waits'>,
) => {
  /** Those that were looked at last come last. */
  const all = new Map<string, Connection>();
  const bySource = new Map<string, Set<string>>();
  /** The keys of sources that are trusted proxies. */
  const proxies = new Set<string>();

  const remove = (id: string, { source }: Connection): void => {
    all.delete(id);
    const own = bySource.get(source);
    own?.delete(id);
    if (own?.size !== 0) return;
    bySource.delete(source);
    proxies.delete(source);
  };

  /** Ends one of these connections that waits for its client. */
  const makeRoom = (ids: Iterable<string>, putLast: (id: string) => void): boolean => {
    const busy: string[] = [];
    let found: string | undefined;
    let looks = 0;
    for (const id of ids) {
      const socket = all.get(id)?.socket;
      if (socket === undefined || waits(socket)) {
        found = id;
        break;
      }
      busy.push(id);
      if (++looks === LOOKS) break;
    }
    for (const id of busy) putLast(id);
    const connection = found === undefined ? undefined : all.get(found);
    if (found === undefined || connection === undefined) return false;
    remove(found, connection);
    connection.socket.destroy();
    return true;
  };

  const makeRoomOf = (own: Set<string>): boolean =>
    makeRoom(own, (id) => {
      own.delete(id);
      own.add(id);
    });

  /** A proxy has many clients, so it is not the one who has most. */
  const largest = (): Set<string> | undefined => {
    let most: Set<string> | undefined;
    for (const [source, own] of bySource)
      if (own.size > (most?.size ?? 0) && !proxies.has(source)) most = own;
    return most;
  };

  const takesPlace = (own: Set<string>, { rate }: Source, isProxy: boolean): boolean => {
    const share = limits.connections * limits.sourceShare * (rate > limits.rate ? 2 : 1);
    if (!isProxy && own.size >= Math.max(1, Math.floor(share))) return makeRoomOf(own);
    if (all.size < limits.connections) return true;
    const most = largest();
    if (most && (!isProxy || most.size > own.size) && makeRoomOf(most)) return true;
    return makeRoom(all.keys(), (id) => {
      const connection = all.get(id) as Connection;
      all.delete(id);
      all.set(id, connection);
    });
  };

  const add = (socket: Socket): void => {
    const id = idOf(socket);
    const known = all.get(id);
    const { remoteAddress } = socket;
    const from = sources.ofAddress(remoteAddress);
    const source = known?.source ?? from.key;
    if (known === undefined) {
      const own = bySource.get(source) ?? new Set();
      const isProxy = sources.isProxy(remoteAddress);
      if (!takesPlace(own, from, isProxy)) {
        socket.destroy();
        return;
      }
      bySource.set(source, own.add(id));
      if (isProxy) proxies.add(source);
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
