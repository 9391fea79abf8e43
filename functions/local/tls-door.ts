import { constants } from 'node:crypto';
import https from 'node:https';
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';

/** PEM. `ca` names to clients the CAs whose certificates they may show; `app.principals` decides who is trusted. */
export interface TlsCredentials {
  readonly key: string;
  readonly cert: string;
  readonly ca: readonly string[];
}

export interface TlsDoor {
  readonly server: https.Server;
  /** The door shows this certificate from the next handshake on. */
  renew(tls: TlsCredentials): void;
}

/**
 * A server that asks every client for a certificate and requires none. It completes the handshake with every client that
 * proves to have the key of the certificate it shows. Whose certificate that is, the caller judges.
 *
 * OpenSSL verifies the client's chain all the same, and leaves the errors of a signature or an extension that is not
 * good in its error queue. If no more bytes of the client have come when that step is done, node:tls takes what is left
 * there for an error of the connection, and closes it; whether it does so depends on how the segments arrive. Therefore this
 * file makes the TLS sockets itself, and passes over what the verification of the chain left.
 */
export const openTlsDoor = (
  options: https.ServerOptions & { readonly handshakeTimeout: number },
  tls: TlsCredentials,
): TlsDoor => {
  let secureContext = contextOf(tls);
  const server = https.createServer(options);
  // The listener of node:tls, whose sockets nobody else reaches before their handshake.
  server.removeAllListeners('connection');
  server.on('connection', (raw: Socket) => {
    const socket = shakeHands(raw, secureContext);
    // A handshake that fails closes its own socket.
    socket.on('error', () => {});
    const late = setTimeout(() => socket.destroy(), options.handshakeTimeout);
    socket.once('close', () => clearTimeout(late));
    socket.once('secure', () => {
      clearTimeout(late);
      server.emit('secureConnection', socket);
    });
  });
  return {
    server,
    renew: (next) => {
      secureContext = contextOf(next);
    },
  };
};

/** A session is resumed only under the id of the context that made it. */
const SESSION_ID_CONTEXT = 'akashi';

const contextOf = ({ key, cert, ca }: TlsCredentials): SecureContext =>
  createSecureContext({
    key,
    cert,
    ca: [...ca],
    minVersion: 'TLSv1.2',
    sessionIdContext: SESSION_ID_CONTEXT,
    // The caller is read once for each connection (request-head.ts), so its certificate must not change on the way.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  });

/** The parts of a TLSSocket that node:tls has no public name for. */
interface Inner {
  readonly _handle: {
    /** Undefined where the client showed none, or none that can be read: then `verifyError` ends the process. */
    getPeerX509Certificate(): unknown;
    onerror: (this: unknown, error: Error & { readonly library?: string }) => void;
    /** Why the client's chain does not verify. */
    verifyError(): Error | null;
  };
  /** From now on the socket emits its errors. */
  _releaseControl(): void;
}

/** Fatal errors of the protocol itself come from here. Verifying a chain fails in other parts of OpenSSL. */
const PROTOCOL = 'SSL routines';

const shakeHands = (raw: Socket, secureContext: SecureContext): TLSSocket => {
  const socket = new TLSSocket(raw, {
    isServer: true,
    secureContext,
    requestCert: true,
    rejectUnauthorized: false,
    ALPNProtocols: ['http/1.1'],
  });
  const inner = socket as unknown as Inner;
  const handle = inner._handle;
  const { onerror } = handle;
  let passed = false;
  handle.onerror = function (error) {
    // A chain is verified once, because no client may renegotiate.
    if (!passed && error.library !== PROTOCOL && handle.getPeerX509Certificate() && handle.verifyError())
      passed = true;
    else onerror.call(this, error);
  };
  socket.once('secure', () => inner._releaseControl());
  return socket;
};
