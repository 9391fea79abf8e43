import { randomBytes, sign } from 'node:crypto';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { lambda } from '../../functions/lambda/gateway.ts';
import { route } from '../../functions/routes/public/ask-status.ts';
import { generatePrivateKey } from '../../lib/keys/keys.ts';
import {
  decodeCertificate,
  encodeCertId,
  encodeName,
  encodeOcspRequest,
  parseSerial,
} from '../../lib/pki/pki.ts';
import { openApp } from './opened.ts';
import { CA, openStore, serialOf } from './store.ts';

/**
 * The function as Lambda calls it, without a socket, beside the bare signature: `node handler.ts FOLDER
 * recorded|unrecorded SECONDS` prints two numbers a line, calls a second and signatures a second. Sixteen calls are
 * under way at once, as on a busy machine, so their records share commits.
 */
const [folder = '', mode = 'recorded', seconds = '3'] = process.argv.slice(2);
const app = await openApp(folder, await openStore(folder), mode);
const issuer = decodeCertificate(await app.authority.caCertificate(CA));
const handler = lambda([route], async () => ({ app, clock: () => Date.now(), log: () => {} }));

const bodies = Array.from({ length: 1000 }, (_, n) => {
  const certId = encodeCertId({
    hash: 'sha256',
    issuerName: encodeName(issuer.subject),
    issuerPublicKeyInfo: issuer.subjectPublicKeyInfo,
    serialNumber: parseSerial(serialOf(n)),
  });
  return Buffer.from(encodeOcspRequest({ certIds: [certId], nonce: randomBytes(32) })).toString('base64');
});
const event = (n: number): APIGatewayProxyEventV2 =>
  ({
    version: '2.0',
    routeKey: '$default',
    rawPath: '/ocsp',
    rawQueryString: '',
    headers: { 'content-type': 'application/ocsp-request' },
    requestContext: { http: { method: 'POST', path: '/ocsp', sourceIp: '127.0.0.1' }, stage: '$default' },
    body: bodies[n % bodies.length],
    isBase64Encoded: true,
  }) as unknown as APIGatewayProxyEventV2;
const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 10_000 } as unknown as Context;

const callsPerSecond = async (ms: number): Promise<number> => {
  const end = performance.now() + ms;
  let calls = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() < end) {
      const { statusCode } = await handler(event(calls++), context);
      if (statusCode !== 200) throw new Error(`the handler answered ${statusCode}`);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: 16 }, caller));
  return (calls * 1000) / (performance.now() - began);
};

const key = await generatePrivateKey('ecdsa-p256-sha256');
const message = randomBytes(300);
const signaturesPerSecond = (ms: number): number => {
  const end = performance.now() + ms;
  let signatures = 0;
  while (performance.now() < end) {
    sign('sha256', message, key);
    signatures++;
  }
  return (signatures * 1000) / ms;
};

await callsPerSecond(1000);
signaturesPerSecond(300);
for (let round = 0; round < 3; round++) {
  const ms = (Number(seconds) * 1000) / 3;
  process.stdout.write(`${await callsPerSecond(ms)} ${signaturesPerSecond(ms)}\n`);
}
process.exit(0);
