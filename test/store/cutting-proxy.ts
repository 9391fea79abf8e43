import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';

/** What becomes of a request: passed on whole, dropped unseen, carried out with its answer dropped, or refused. */
export type Fate = 'pass' | 'lost' | 'appliedThenCut' | 409 | 503;

/**
 * An HTTP proxy on 127.0.0.1 before `target` that ends connections as networks do, to see what an adapter makes of
 * an answer that never comes. `fates` are used up by the requests that `counts` picks, then everything passes.
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
    /** Sets what becomes of the next counted requests. */
    next: (...planned: readonly Fate[]) => {
      fates.splice(0, fates.length, ...planned);
    },
    /** How many planned fates no request has met. */
    left: () => fates.length,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

/** S3, when two conditional writes of one key meet. */
const CONFLICT = '<Error><Code>ConditionalRequestConflict</Code><Message>Try again.</Message></Error>';
