import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordedCaller } from '../../../functions/http/purpose.ts';
import { stack } from '../../../functions/http/stack.ts';
import { route as ocspPost } from '../../../functions/routes/public/ask-status.ts';
import { annualCsv, annualPage, jstMonth, type ProvisionDraft } from '../../../lib/ledger/ledger.ts';
import { buildAnnualReport } from '../../../lib/ledger/report/annual.ts';
import { ocspRequestFor } from '../../ocsp-request-for.ts';
import { openService, type Service, temporaryFolder } from '../../service.ts';
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
    ['tax-portal', undefined, {}],
    ['tax-portal', 'tax-refund', { purpose: 'tax-refund', legalBasis: '公的個人認証法第36条' }],
    [
      'procurement',
      undefined,
      { purpose: 'tender', legalBasis: '電子入札運用規程第5条', purposeAssumed: true },
    ],
    ['procurement', 'tender', { purpose: 'tender', legalBasis: '電子入札運用規程第5条' }],
  ])('of %s that names %j is recorded as %j', async (recipient, named, recorded) => {
    const issuance = (await service.app.ledger.query({ kind: 'issuance', limit: 1 })).records[0];
    const body = await ocspRequestFor(service, issuance?.certificates?.[0] as { ca: string; serial: string });
    const { token } = await service.app.principals.issueToken(service.principal(recipient));
    const request = { ...asking(named), body };
    const answer = await stack(ocspPost)(
      { app: service.app, clock: service.now, log: () => {} },
      { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } },
    );
    expect(answer.status).toBe(200);
    const { records } = await service.app.ledger.query({ recipient, limit: 1 });
    const { purpose, legalBasis, purposeAssumed, channel } = records[0] as ProvisionDraft;
    expect({ purpose, legalBasis, purposeAssumed, channel }).toEqual({ ...recorded, channel: 'ocsp' });
    expect(Object.hasOwn(records[0] as object, 'purpose')).toBe('purpose' in recorded);
  });

  it('is counted and reported apart where it was assumed', async () => {
    const month = jstMonth(service.now());
    const [totals] = await service.app.reporting.counts(month, month);
    const cells = totals?.counts.flatMap(({ cell, records }) =>
      cell.kind === 'provision' && cell.recipient === 'procurement' ? [{ ...cell, records }] : [],
    );
    const tenant = cells?.[0]?.tenant;
    const cell = { kind: 'provision', recipient: 'procurement', channel: 'ocsp', method: 'POST' };
    expect(cells).toHaveLength(2);
    expect(cells).toContainEqual({ ...cell, tenant, purpose: 'tender', records: 1 });
    expect(cells).toContainEqual({ ...cell, tenant, purpose: 'tender', purposeAssumed: true, records: 1 });
    const report = await buildAnnualReport(Number(month.slice(0, 4)), {
      trustDomain: { name: 'test', ja: '試験', en: 'Test' },
      known: async (id) => service.principals.find((one) => one.id === id),
      countsOf: async (of) => (of === month ? (totals?.counts ?? []) : []),
    });
    const lines = report.lines.filter(({ recipient }) => recipient === 'procurement');
    expect(lines.map(({ purpose, purposeAssumed, items }) => [purpose, purposeAssumed, items])).toEqual([
      ['tender', undefined, 1],
      ['tender', true, 1],
    ]);
    expect(report.lines).toContainEqual(
      expect.objectContaining({ recipient: 'tax-portal', channel: 'ocsp', purpose: null, items: 1 }),
    );
    const page = annualPage(report);
    expect(page.match(/登録により推定/g)).toHaveLength(1);
    expect(page).toContain('申告なし');
    const csv = annualCsv(report).split('\r\n');
    const assumed = csv[0]?.split(',').indexOf('purposeAssumed') as number;
    expect(csv.map((line) => line.split(',')[assumed]).filter((cell) => cell === 'true')).toHaveLength(1);
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
});
