import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import {
  type Der,
  decodeCertificate,
  encodeCertId,
  encodeName,
  encodeOcspRequest,
  parseSerial,
} from '../../lib/pki/pki.ts';
import { serialOf } from '../ocsp/store.ts';

/**
 * Anonymous questions over connections that are kept alive, one under way on each:
 * `node asking.ts PORT ISSUER KIND QUESTIONS CONNECTIONS`. ISSUER is the CA's certificate, DER in hex. Prints the seconds
 * that they took, and how many had no signed answer.
 *
 *   random   ten serial numbers at random, none of which was issued
 *   nonces   one certificate, always the same, and a nonce at random
 *   issued   ten certificates at random of the first 10,000
 */
const [port = '', issuer = '', kind = '', questions = '', connections = ''] = process.argv.slice(2);
const { subject, subjectPublicKeyInfo } = decodeCertificate(Buffer.from(issuer, 'hex'));
const name = encodeName(subject);
const certIdOf = (serial: string): Der =>
  encodeCertId({
    hash: 'sha1',
    issuerName: name,
    issuerPublicKeyInfo: subjectPublicKeyInfo,
    serialNumber: parseSerial(serial),
  });
const ten = (serial: () => string): Uint8Array =>
  encodeOcspRequest({ certIds: Array.from({ length: 10 }, () => certIdOf(serial())) });

const KINDS: Readonly<Record<string, () => Uint8Array>> = {
  random: () => ten(() => `01${randomBytes(16).toString('hex')}`),
  nonces: () => encodeOcspRequest({ certIds: [certIdOf(serialOf(1))], nonce: randomBytes(32) }),
  issued: () => ten(() => serialOf(randomBytes(4).readUInt32BE() % 10_000)),
};
const ask = KINDS[kind];
if (!ask) throw new Error(`KIND is one of: ${Object.keys(KINDS).join(', ')}`);

let left = Number(questions);
let unsigned = 0;

/** responseStatus `successful` follows the length of the whole OCSPResponse. */
const isSigned = (answer: Buffer): boolean => answer.subarray(0, 9).includes(Buffer.from('0a0100', 'hex'));

const HEAD_END = '\r\n\r\n';

const flood = (): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1');
    let received = Buffer.alloc(0);
    const next = (): void => {
      if (left-- <= 0) {
        socket.end();
        resolve();
        return;
      }
      const der = ask();
      const head = `POST /ocsp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/ocsp-request\r\nContent-Length: ${der.length}${HEAD_END}`;
      socket.write(Buffer.concat([Buffer.from(head), der]));
    };
    socket.on('error', reject);
    socket.on('data', (data) => {
      received = Buffer.concat([received, data]);
      const end = received.indexOf(HEAD_END);
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(received.toString('latin1', 0, end))?.[1]);
      if (received.length < end + HEAD_END.length + length) return;
      if (!isSigned(received.subarray(end + HEAD_END.length))) unsigned++;
      received = Buffer.alloc(0);
      next();
    });
    socket.once('connect', next);
  });

const began = performance.now();
await Promise.all(Array.from({ length: Number(connections) }, flood));
process.stdout.write(`${(performance.now() - began) / 1000} ${unsigned}\n`);
