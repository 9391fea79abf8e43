import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CertificateRef } from '../../lib/principal.ts';
import { serveService } from '../served-service.ts';
import { issueThroughOffice, opensslRequest, type Service, temporaryFolder } from '../service.ts';
import { sequenceAll } from './audited.ts';
import { akashi } from './in-process.ts';

/** The table of a service is put back as it was before further acts: the drill of the runbook, by commands. */

const PUBLIC_URL = 'http://127.0.0.1:1';

let folder: ReturnType<typeof temporaryFolder>;
let data: string;
let served: Awaited<ReturnType<typeof serveService>>;
let first: CertificateRef;
let second: CertificateRef;
let sizes: readonly [table: number, published: number];

const over = async (act: (service: Service) => Promise<void>): Promise<number> => {
  const service = await serveService(data, { publicUrl: PUBLIC_URL });
  try {
    await act(service);
    await sequenceAll(service);
    writeFileSync(join(folder.path, 'log.vkey'), `${await service.app.transparencyLog.verifierKey()}\n`);
    return (await service.core.sequencer.sequence()).size;
  } finally {
    await service.close();
  }
};

beforeAll(async () => {
  folder = temporaryFolder();
  data = join(folder.path, 'data');
  const table = await over(async (service) => {
    const request = opensslRequest(folder.path, 'first');
    first = (await issueThroughOffice(service, 'official-position', request)).certificate;
  });
  cpSync(join(data, 'table.sqlite'), join(folder.path, 'table.sqlite'));
  const published = await over(async (service) => {
    const request = opensslRequest(folder.path, 'second');
    const { certificate } = await issueThroughOffice(service, 'official-position', request);
    second = certificate;
    const chief = service.principal('higashi-chief');
    await service.core.authority.revoke(chief, first, { reason: 'keyCompromise' });
    await service.core.authority.revoke(chief, second, { reason: 'superseded' });
  });
  for (const end of ['-wal', '-shm']) rmSync(join(data, `table.sqlite${end}`), { force: true });
  cpSync(join(folder.path, 'table.sqlite'), join(data, 'table.sqlite'));
  sizes = [table, published];
  served = await serveService(data, { publicUrl: PUBLIC_URL });
  // As at a start: what was revoked is brought back first.
  await served.core.authority.followClosings();
  await served.core.sequencer.sequence().catch(() => {});
}, 120_000);

afterAll(async () => {
  await served.close();
  folder.remove();
});

const as = async (principal: string, ...command: readonly string[]) => {
  const { token } = await served.app.principals.issueToken(served.principal(principal));
  return akashi([...command, '--url', served.url, '--token', token]);
};

const health = async (): Promise<unknown> => (await fetch(`${served.url}/healthz`)).json();

const sizesAsked = (): readonly string[] => ['--table', `${sizes[0]}`, '--published', `${sizes[1]}`];

describe('akashi recover, for a table that was put back', () => {
  it('says by how much it is behind, and what two operators run', async () => {
    expect(await health()).toEqual({ status: 'behind', leaves: sizes[1] - sizes[0] });
    const { code, out } = await as('operator-sakai', 'recover');
    expect(code).toBe(0);
    expect(out).toContain(`akashi recover --as OPERATOR ${sizesAsked().join(' ')}`);
  });

  it('refuses other sizes, other callers and one operator twice', async () => {
    const wrong = await as('operator-sakai', 'recover', '--table', '1', '--published', `${sizes[1]}`);
    expect([wrong.code, wrong.out]).toEqual([1, '']);
    expect((await as('auditor', 'recover', ...sizesAsked())).code).toBe(1);
    expect((await as('operator-sakai', 'recover', ...sizesAsked())).code).toBe(4);
    expect((await as('operator-sakai', 'recover', ...sizesAsked())).code).toBe(4);
    await expect(served.core.sequencer.sequence()).rejects.toThrow('older than the log');
  });

  it('is confirmed by another operator; then the log goes on, and the audit counts what was lost', async () => {
    expect((await as('operator-noda', 'recover', ...sizesAsked())).code).toBe(0);
    await sequenceAll(served);
    await served.core.authority.followClosings();
    await sequenceAll(served);
    expect(await health()).toEqual({ status: 'ok' });
    const chief = served.principal('higashi-chief');
    const raised = await served.core.authority.revoke(chief, second, { reason: 'keyCompromise' });
    expect(raised.revocation?.reason).toBe('keyCompromise');
    await sequenceAll(served);
    expect((await served.core.authority.certificate(served.principal('auditor'), first)).status).toBe(
      'revoked',
    );
    const files = [
      '--key',
      join(folder.path, 'log.vkey'),
      '--state',
      join(folder.path, 'state.json'),
      '--no-queries',
    ];
    const audit = await as('auditor', 'audit', 'verify', '--json', ...files);
    expect([audit.code, JSON.parse(audit.out).findings], audit.err).toEqual([0, []]);
  });
});
