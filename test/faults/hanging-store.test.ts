import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AwsAccess } from '../../lib/aws/service.ts';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import { openDynamoDbTable } from '../../lib/store/dynamodb.ts';
import type { DynamoDbCalls } from '../../lib/store/dynamodb-calls.ts';
import { openDynamoDbLeanCalls } from '../../lib/store/dynamodb-lean-calls.ts';
import { openDynamoDbSdkCalls } from '../../lib/store/dynamodb-sdk-calls.ts';
import type { Table } from '../../lib/store/store.ts';
import { ocspRequestFor } from '../ocsp-request-for.ts';
import { serveService } from '../served-service.ts';
import { FIELDS, issueThroughOffice, opensslRequest, temporaryFolder } from '../service.ts';
import { checkWorld } from '../world.ts';

/**
 * A server in place of DynamoDB takes connections and requests and never answers. The adapter has its production limits;
 * there a function behind a door has ten seconds (infra/lambda/subsystem-stack.ts).
 */
const FUNCTION_MS = 10_000;

const sockets = new Set<Socket>();
const silence = createServer((socket) => {
  sockets.add(socket);
  socket.on('error', () => {});
  socket.resume();
});
let hanging: Table;
let hangingBySdk: Table;

beforeAll(async () => {
  silence.listen(0, '127.0.0.1');
  await once(silence, 'listening');
  const access: AwsAccess = {
    endpoint: `http://127.0.0.1:${(silence.address() as AddressInfo).port}`,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    clock: Date.now,
  };
  const random = (n: number) => randomBytes(n);
  const tableBy = (calls: DynamoDbCalls) => openDynamoDbTable({ table: 'silence', calls, random });
  hanging = tableBy(openDynamoDbLeanCalls(access, random));
  hangingBySdk = tableBy(openDynamoDbSdkCalls(access));
});

afterAll(async () => {
  await Promise.all([hanging.close(), hangingBySdk.close()]);
  for (const socket of sockets) socket.destroy();
  silence.close();
});

const timed = async <T>(work: Promise<T>): Promise<{ readonly ms: number; readonly value: T }> => {
  const began = performance.now();
  const value = await work;
  return { ms: performance.now() - began, value };
};

describe.concurrent.each<[string, () => Table]>([
  ['the lean client', () => hanging],
  ['the SDK', () => hangingBySdk],
])('a table that hangs, asked by %s', (_, tableOf) => {
  const key = { pk: 'a', sk: 'b' };
  it.each([
    ['a write', () => tableOf().write([{ put: key, value: {}, if: 'absent' }])],
    [
      'a write of several rows',
      () =>
        tableOf().write([
          { put: key, value: {}, if: 'absent' },
          { check: { pk: 'a', sk: 'c' }, if: 'absent' },
        ]),
    ],
    ['a read', () => tableOf().get(key)],
    ['a query', () => tableOf().query({ pk: 'a', limit: 1 })],
  ] as const)('gives up %s while its caller can still be answered', { timeout: 30_000 }, async (_, ask) => {
    const { ms, value } = await timed(ask().catch((error: unknown) => error));
    expect(value).toMatchObject({ code: 'store-unavailable' });
    expect(ms).toBeLessThan(FUNCTION_MS);
  });
});

describe('the service over a table that hangs', () => {
  const folder = temporaryFolder();
  let service: Awaited<ReturnType<typeof serveService>>;
  let hangs: 'nothing' | 'writes' | 'everything' = 'nothing';
  let ref: CertificateRef;
  let request: string;
  let token: string;

  beforeAll(async () => {
    service = await serveService(folder.path, {
      table: (table) => ({
        get: (asked) => (hangs === 'everything' ? hanging : table).get(asked),
        query: (asked) => (hangs === 'everything' ? hanging : table).query(asked),
        write: (writes) => (hangs === 'nothing' ? table : hanging).write(writes),
        close: () => table.close(),
      }),
    });
    const { id, certificate } = await issueThroughOffice(
      service,
      'person-authentication',
      opensslRequest(folder.path, 'holder'),
    );
    request = id;
    ref = certificate;
    ({ token } = await service.app.principals.issueToken(service.principal('higashi-counter')));
  }, 60_000);

  afterAll(async () => {
    await service.close();
    folder.remove();
  });

  const ask = async (): Promise<string> => {
    const answer = await fetch(`${service.url}/ocsp`, {
      method: 'POST',
      headers: { 'content-type': 'application/ocsp-request' },
      body: Buffer.from(await ocspRequestFor(service, ref)),
    });
    return decodeOcspResponse(new Uint8Array(await answer.arrayBuffer())).status;
  };

  const submit = async (): Promise<number> => {
    const answer = await fetch(`${service.url}/api/v1/requests`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        profile: 'person-authentication',
        csr: opensslRequest(folder.path, 'another'),
        fields: FIELDS['person-authentication'],
        holder: 'holder-tanabe',
      }),
    });
    return answer.status;
  };

  it.each(['writes', 'everything'] as const)(
    'says tryLater in time, to all who ask at once, when %s hang',
    { timeout: 60_000 },
    async (what) => {
      expect(await ask()).toBe('successful');
      const question = Array.from({ length: 20 });
      hangs = what;
      try {
        const { ms, value } = await timed(
          Promise.all([...question.map(ask), submit(), fetch(`${service.url}/crl/${ref.ca}/full.crl`)]),
        );
        const [submitted, crl] = value.slice(-2) as [number, Response];
        expect(new Set(value.slice(0, -2))).toEqual(new Set(['tryLater']));
        expect(submitted).toBe(503);
        expect(crl.status).toBe(503);
        expect(ms).toBeLessThan(FUNCTION_MS);
      } finally {
        hangs = 'nothing';
      }
      expect(await ask()).toBe('successful');
    },
  );

  it('is whole afterwards', { timeout: 60_000 }, async () => {
    await checkWorld(service, { requests: [request], signed: [], answers: [], revoked: [] });
  });
});
