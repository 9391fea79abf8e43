import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordedCaller } from '../../../functions/http/purpose.ts';
import { stack } from '../../../functions/http/stack.ts';
import { readDirectory, writeDirectory } from '../../../functions/lambda/directory.ts';
import { route as ocspPost } from '../../../functions/routes/public/ask-status.ts';
import { phrase } from '../../../lib/fault.ts';
import { readTrustDomain } from '../../../lib/trust-domain/trust-domain.ts';
import { ocspRequestFor } from '../../ocsp-request-for.ts';
import { DEMONSTRATION, openService, type Service, temporaryFolder } from '../../service.ts';
import { requestOf } from '../app.ts';

const folder = temporaryFolder();
let service: Service;

beforeAll(async () => {
  service = await openService(folder.path);
});

afterAll(async () => {
  await service.close();
  folder.remove();
});

const asking = (purpose?: string) =>
  requestOf({
    method: 'POST',
    path: '/ocsp',
    headers: {
      'content-type': 'application/ocsp-request',
      ...(purpose !== undefined && { 'akashi-purpose': purpose }),
    },
  });

const input = (purpose?: string) => ({ request: asking(purpose), unproven: undefined });

describe('the purpose of an answer', () => {
  it.each([
    [undefined, 'tax-return'],
    ['tax-refund', 'tax-refund'],
  ])('named %j is recorded as %j with its legal basis', async (named, recorded) => {
    const issuance = (await service.app.ledger.query({ kind: 'issuance', limit: 1 })).records[0];
    const body = await ocspRequestFor(service, issuance?.certificates?.[0] as { ca: string; serial: string });
    const { token } = await service.app.principals.issueToken(service.principal('tax-portal'));
    const request = { ...asking(named), body };
    const answer = await stack(ocspPost)(
      { app: service.app, clock: service.now, log: () => {} },
      { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } },
    );
    expect(answer.status).toBe(200);
    const { records } = await service.app.ledger.query({ purpose: recorded, limit: 1 });
    expect(records[0]).toMatchObject({
      recipient: 'tax-portal',
      channel: 'ocsp',
      purpose: recorded,
      legalBasis: expect.stringContaining('公的個人認証法'),
    });
  });

  it('must be one that the caller has declared, or the request is refused', () => {
    const portal = service.principal('tax-portal');
    expect(() => recordedCaller(portal, input('tender'))).toThrowError(
      expect.objectContaining({
        code: 'purpose-not-declared',
        facts: { declared: ['tax-return', 'tax-refund'] },
      }),
    );
    expect(() => recordedCaller(service.principal('auditor'), input('tender'))).toThrowError(
      expect.objectContaining({ code: 'purpose-not-declared' }),
    );
  });

  it('is ignored if the caller is not identified', () => {
    expect(recordedCaller(undefined, input('tax-return'))).toEqual({ recipient: 'public', method: 'POST' });
  });

  it('belongs to relying parties alone, and reaches the functions that answer OCSP', () => {
    const file = JSON.parse(readFileSync(DEMONSTRATION, 'utf8'));
    const auditor = file.principals.findIndex(({ role }: { role: string }) => role === 'auditor');
    const portal = file.principals.find(({ id }: { id: string }) => id === 'tax-portal');
    file.principals[auditor].purposes = portal.purposes;
    expect(() => readTrustDomain(JSON.stringify(file))).toThrowError(
      expect.objectContaining({
        code: 'trust-domain-invalid',
        facts: {
          issues: [
            expect.objectContaining({
              path: `principals.${auditor}.purposes`,
              message: phrase`Relying parties, and only they, declare purposes.`,
            }),
          ],
        },
      }),
    );
    const { principals } = readDirectory(writeDirectory(service.trustDomain, '00'.repeat(32)));
    expect(principals.find(({ id }) => id === 'tax-portal')?.purposes).toEqual(portal.purposes);
  });
});
