import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serveService } from '../../served-service.ts';
import { temporaryFolder } from '../../service.ts';

const folder = temporaryFolder();
let pagesRead = 0;
let service: Awaited<ReturnType<typeof serveService>>;

const RECORDS = 1500;
const CHARS = 30_000;

beforeAll(async () => {
  service = await serveService(folder.path, {
    table: (table) => ({
      get: (key) => table.get(key),
      query: (query) => {
        if (query.pk.startsWith('record/')) pagesRead++;
        return table.query(query);
      },
      write: (writes) => table.write(writes),
      close: () => table.close(),
    }),
  });
  const drafts = Array.from({ length: RECORDS / 50 }, () =>
    Array.from({ length: 50 }, () => ({
      kind: 'provision' as const,
      recipient: 'tax-portal',
      channel: 'ocsp' as const,
      method: 'POST',
      certificates: [],
      provided: { text: 'x'.repeat(CHARS) },
      responseDigest: '00'.repeat(32),
      count: 1,
    })),
  );
  await Promise.all(drafts.map((some) => service.app.ledger.append(...some)));
}, 60_000);

afterAll(async () => {
  await service.close();
  folder.remove();
});

/** How many pages have been read, once that no longer grows. */
const settled = async (): Promise<number> => {
  for (let before = -1; before !== pagesRead; await sleep(500)) before = pagesRead;
  return pagesRead;
};

it('the store is read as slowly as the client reads the file', { timeout: 60_000 }, async () => {
  const { token } = await service.app.principals.issueToken(service.principal('auditor'));
  const asked = get(`${service.url}/api/v1/exports/records.ndjson`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  expect(answer.statusCode).toBe(200);
  const meanwhile = await settled();
  const lines = (await buffer(answer)).toString().trimEnd().split('\n');
  expect(lines.length).toBeGreaterThanOrEqual(RECORDS);
  const whole = await settled();
  // Only the buffers of both sockets (some of these forty-five megabytes) and a page or two are read ahead.
  expect(meanwhile).toBeGreaterThan(0);
  expect(meanwhile).toBeLessThan(whole / 2);
});

it('a client that disconnects before the end of a file is no failure of the service', async () => {
  const { token } = await service.app.principals.issueToken(service.principal('auditor'));
  const before = service.logged.length;
  const asked = get(`${service.url}/api/v1/exports/records.ndjson`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  await once(answer, 'readable');
  answer.destroy();
  await settled();
  expect(service.logged.slice(before).filter(({ level }) => level === 'error')).toEqual([]);
});
