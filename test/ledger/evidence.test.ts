import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CertificateEvidence } from '../../lib/ledger/evidence/evidence.ts';
import { openSample } from '../../lib/ledger/evidence/sample.ts';
import {
  issueThroughOffice,
  openService,
  opensslRequest,
  type Service,
  temporaryFolder,
} from '../service.ts';

const folder = temporaryFolder();
let service: Service;
let period: { from: string; to: string };

type Line = { evidence: string; record?: { id: string; kind: string; channel?: string } };

beforeAll(async () => {
  service = await openService(folder.path);
  const from = new Date(service.now() - 86_400_000).toISOString();
  for (let n = 0; n < 4; n++) {
    await issueThroughOffice(service, 'person-authentication', opensslRequest(folder.path, `key-${n}`));
    service.advance(1000);
  }
  await service.app.ledger.append({
    kind: 'provision',
    recipient: 'auditor',
    channel: 'records',
    method: 'GET',
    certificates: [],
    provided: { query: {} },
    responseDigest: '00'.repeat(32),
    count: 3,
  });
  service.advance(1000);
  period = { from, to: new Date(service.now()).toISOString() };
});

afterAll(async () => {
  await service.close();
  folder.remove();
});

const auditor = () => ({ recipient: service.principal('auditor').id, method: 'GET' });

const linesOf = async (): Promise<{ id: string; text: string; lines: Line[] }> => {
  const { id, bytes } = await service.app.evidence.file(auditor(), period);
  let text = '';
  for await (const piece of bytes) text += Buffer.from(piece).toString('utf8');
  return {
    id,
    text,
    lines: text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  };
};

describe('evidence of a period', () => {
  it('begins with its first moment and ends before its last', async () => {
    const { evidence, ledger } = service.app;
    const { records } = await ledger.query({ kind: 'issuance', ...period, limit: 1000 });
    const issued = records.filter(({ office }) => office !== undefined);
    const [newest, oldest] = [issued[0]?.time as string, issued.at(-1)?.time as string];
    const drawn = async (from: string, to: string) =>
      (await evidence.sample(auditor(), { from, to }, { seed: 'x', size: 1000 })).sample.map(
        ({ record }) => record,
      );
    expect(await drawn(oldest, newest)).toContain(issued.at(-1)?.id);
    expect(await drawn(oldest, newest)).not.toContain(issued[0]?.id);
    const after = new Date(Date.parse(newest) + 1).toISOString();
    expect(await drawn(newest, after)).toContain(issued[0]?.id);
  });

  it('is not given for a period that ends before it begins', async () => {
    const { evidence } = service.app;
    for (const wrong of [
      { from: period.to, to: period.from },
      { from: period.to, to: period.to },
    ]) {
      await expect(evidence.file(auditor(), wrong)).rejects.toMatchObject({ code: 'invalid-input' });
      await expect(evidence.sample(auditor(), wrong, { seed: 'x', size: 5 })).rejects.toMatchObject({
        code: 'invalid-input',
      });
    }
  });

  it('shows every certificate with its examiners and its lint, and every other section', async () => {
    const { id, text, lines } = await linesOf();
    expect(lines[0]).toMatchObject({ evidence: 'file', ...period, madeFor: 'auditor' });
    const issuances = (await service.app.ledger.query({ kind: 'issuance', ...period, limit: 1000 })).records;
    const certificates = lines.filter(
      (line): line is Line & CertificateEvidence => line.evidence === 'certificate',
    );
    expect(certificates.map(({ ca, serial }) => ({ ca, serial }))).toEqual(
      issuances.flatMap((record) => record.certificates ?? []),
    );
    const ofPersons = certificates.filter(({ profile }) => profile === 'person-authentication');
    expect(ofPersons).toHaveLength(4);
    for (const { request, linted, office } of ofPersons) {
      expect(office).toBe('mizusaki-higashi');
      expect(request?.submission?.by).toBe('higashi-counter');
      expect(request?.examinations.map(({ stage, by, decision }) => [stage, by, decision])).toEqual([
        ['office', 'higashi-examiner', 'approve'],
        ['centre', 'operator-noda', 'approve'],
      ]);
      expect(request?.missing).toEqual([]);
      for (const { record, by, at } of [request?.submission, ...(request?.examinations ?? [])].filter(
        (said) => said !== undefined,
      )) {
        expect(await service.app.ledger.get(record)).toMatchObject({
          actor: by,
          time: at,
          details: { request: request?.id },
        });
      }
      expect(linted.length).toBeGreaterThan(10);
    }
    const ceremony = lines.filter(({ evidence }) => evidence === 'ceremony');
    expect(ceremony.length).toBe(service.trustDomain.authorities.length + 1);
    expect(lines.filter(({ evidence }) => evidence === 'access').length).toBeGreaterThan(0);
    // The personal data of the certificates stay out.
    expect(text).not.toContain('2026112200000001');

    const [told] = (await service.app.ledger.query({ channel: 'evidence', limit: 1 })).records;
    expect(told).toMatchObject({
      recipient: 'auditor',
      provided: { export: id, certificates: certificates.length },
      responseDigest: createHash('sha256').update(text).digest('hex'),
    });
  });

  it('has the export of an earlier file among its lines', async () => {
    const { id } = await linesOf();
    service.advance(1000);
    const later = { ...period, to: new Date(service.now()).toISOString() };
    const { bytes } = await service.app.evidence.file(auditor(), later);
    let text = '';
    for await (const piece of bytes) text += Buffer.from(piece).toString('utf8');
    const exports = text
      .trim()
      .split('\n')
      .map((line): Line => JSON.parse(line))
      .filter(({ evidence }) => evidence === 'export');
    expect(exports.map(({ record }) => record?.id)).toContain(id);
  });
});

describe('evidence of who examined a request', () => {
  type Row = { submittedBy: string; examinations: { by: string }[] };
  const certificatesOf = async (): Promise<readonly CertificateEvidence[]> =>
    (await linesOf()).lines.filter(
      (line): line is Line & CertificateEvidence => line.evidence === 'certificate',
    );

  it('comes from the records, whatever the row of the request says, and even without that row', async () => {
    const before = await certificatesOf();
    const { table } = service;
    const [edited, deleted] = before.flatMap(({ request }) => (request ? [request.id] : []));
    const key = (id = '') => ({ pk: `request/${id}`, sk: 'request' });
    const item = await table.get<Row>(key(edited));
    if (!item) throw new Error('no such request');
    const examinations = item.value.examinations.slice(0, 1).map((one) => ({ ...one, by: 'higashi-chief' }));
    const version = (await table.get(key(deleted)))?.version ?? 0;
    await table.write([
      {
        put: key(edited),
        value: { ...item.value, submittedBy: 'higashi-examiner', examinations },
        if: { version: item.version },
      },
      { delete: key(deleted), if: { version } },
    ]);
    expect(await certificatesOf()).toEqual(before);
    const { sample } = await service.app.evidence.sample(auditor(), period, { seed: 'rows', size: 1000 });
    const byRecord = new Map(before.map(({ record, request }) => [record, request]));
    for (const { record, request } of sample) expect(request).toEqual(byRecord.get(record));
  });

  it('names the leaves of these records once they have them', async () => {
    while ((await service.core.sequencer.sequence()).leaves > 0);
    for (const { request } of (await certificatesOf()).filter(({ office }) => office !== undefined)) {
      const leaves = [request?.submission?.leaf, ...(request?.examinations ?? []).map(({ leaf }) => leaf)];
      expect(leaves).toEqual([expect.any(Number), expect.any(Number), expect.any(Number)]);
    }
  });

  it('names records that are missing or are about something else', async () => {
    const { table } = service;
    const [one, other] = (await certificatesOf()).flatMap(({ request }) => (request ? [request] : []));
    const keyOf = (record = '') => {
      const day = new Date(Number.parseInt(record.slice(0, 12), 16)).toISOString().slice(0, 10);
      return { pk: `record/${day}`, sk: record };
    };
    const gone = keyOf(one?.submission?.record);
    const changed = keyOf(other?.examinations[0]?.record);
    const item = await table.get<{ details: Record<string, string> }>(changed);
    const version = (await table.get(gone))?.version ?? 0;
    await table.write([
      { delete: gone, if: { version } },
      {
        put: changed,
        value: { ...item?.value, details: { ...item?.value.details, request: 'another' } },
        if: { version: item?.version ?? 0 },
      },
    ]);
    const after = new Map((await certificatesOf()).map(({ request }) => [request?.id, request]));
    expect(after.get(one?.id)).toMatchObject({ missing: [one?.submission?.record] });
    expect(after.get(one?.id)).not.toHaveProperty('submission');
    expect(after.get(other?.id)).toMatchObject({
      submission: other?.submission,
      examinations: [other?.examinations[1]],
      missing: [other?.examinations[0]?.record],
    });
  });
});

describe('a sample', () => {
  it('can be repeated by anybody with its seed and its method, and is recorded', async () => {
    const { evidence, ledger } = service.app;
    const drawn = await evidence.sample(auditor(), period, { seed: '4 6 1 3 5 2', size: 3 });
    const refs = (await ledger.query({ kind: 'issuance', ...period, limit: 1000 })).records.flatMap(
      (record) => record.certificates ?? [],
    );
    const expected = refs
      .map(({ ca, serial }) => createHash('sha256').update(`4 6 1 3 5 2\n${ca}/${serial}`).digest('hex'))
      .sort()
      .slice(0, 3);
    expect(drawn.sample.map(({ draw }) => draw)).toEqual(expected);
    expect(drawn.population).toBe(refs.length);
    // One for each tenant whose certificates were drawn.
    const told = await Promise.all(drawn.record.split(', ').map((id) => ledger.get(id)));
    for (const one of told)
      expect(one).toMatchObject({ channel: 'evidence', provided: { seed: '4 6 1 3 5 2', size: 3 } });
    const counts = told.map((one) => (one.kind === 'provision' ? one.count : 0));
    expect(counts.reduce((all, count) => all + count)).toBe(3);
    const again = await evidence.sample(auditor(), period, { seed: '4 6 1 3 5 2', size: 3 });
    expect({ ...again, record: drawn.record }).toEqual(drawn);
    const other = await evidence.sample(auditor(), period, { seed: 'another', size: 3 });
    expect(other.sample.map(({ draw }) => draw)).not.toEqual(expected);
  });

  it('holds the smallest draws, in whatever order the certificates come', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[0-9a-f]{2,6}$/), { maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        fc
          .string({ minLength: 1, maxLength: 20 })
          .filter((seed) => !/[\r\n]/.test(seed) && seed.isWellFormed()),
        (serials, size, seed) => {
          const sample = openSample<string>(seed, size);
          for (const serial of serials) sample.add({ ca: 'a-1', serial }, serial);
          const order = (serial: string): string =>
            createHash('sha256').update(`${seed}\na-1/${serial}`).digest('hex');
          const expected = [...serials].sort((a, b) => (order(a) < order(b) ? -1 : 1)).slice(0, size);
          expect(sample.drawn().map(({ value }) => value)).toEqual(expected);
          expect(sample.population).toBe(serials.length);
        },
      ),
    );
  });

  it.each([
    ['', 5],
    ['a\nb', 5],
    ['x'.repeat(257), 5],
    ['x', 0],
    ['x', 1001],
  ])('is not drawn with the seed %j and the size %i', (seed, size) => {
    expect(() => openSample(seed, size)).toThrowError(expect.objectContaining({ code: 'invalid-input' }));
  });
});
