import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';

/** The fate of a request: passed on whole, dropped before the target, carried out with its answer dropped, or refused. */
export type Fate = 'pass' | 'lost' | 'appliedThenCut' | 409 | 503;

/**
 * An HTTP proxy on 127.0.0.1 in front of `target` that breaks connections as networks do, to test how an adapter treats a
 * missing answer. Each request that `counts` picks takes the next of `fates`. After the last one, everything passes.
 */
export const startCuttingProxy = async (
  target: { readonly host: string; readonly port: number },
  counts: (message: IncomingMessage) => boolean,
) => {
  const fates: Fate[] = [];
  const server = createServer((incoming, outgoing) => {
    const fate = counts(incoming) ? (fates.shift() ?? 'pass') : 'pass';
    if (fate === 'lost') return void incoming.socket.destroy();
    if (typeof fate === 'number') {
      incoming.resume().on('end', () => outgoing.writeHead(fate).end(fate === 409 ? CONFLICT : ''));
      return;
    }
    const { method, url, headers } = incoming;
    const onward = request({ ...target, method, path: url, headers }, (answer) => {
      if (fate === 'pass') {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      } else {
        // The whole answer is awaited, so that the work behind it is certainly done.
        answer.resume().on('end', () => incoming.socket.destroy());
      }
    });
    onward.on('error', () => incoming.socket.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    /** Sets the fates of the next counted requests. */
    next: (...planned: readonly Fate[]) => {
      fates.splice(0, fates.length, ...planned);
    },
    /** How many planned fates are left. */
    left: () => fates.length,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

/** S3's answer when two conditional writes of one key conflict. */
const CONFLICT = '<Error><Code>ConditionalRequestConflict</Code><Message>Try again.</Message></Error>';
