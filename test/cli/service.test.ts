import { execFile, spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { matchRecords } from '../../cli/demo/audit.ts';
import { type Service, startService } from '../../cli/demo/service.ts';
import { type Ended, enter, akashi as inProcess } from './in-process.ts';

/**
 * The commands, against the service as it runs on one machine. Most run in this process. Those that take their settings
 * from the environment or their input from a pipe are processes, as is the demonstration.
 */
const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'akashi-cli-'));
let service: Service;

const node = (script: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  new Promise((done, reject) => {
    const options = { cwd: folder, env: { ...process.env, ...more }, maxBuffer: 16 * 1024 * 1024 };
    execFile(process.execPath, [join(root, script), ...args], options, (error, out, err) => {
      const code = error?.code ?? 0;
      if (typeof code === 'number') done({ code, out, err });
      else reject(error);
    });
  });

const akashi = (args: string, more: readonly string[] = []): Promise<Ended> =>
  inProcess([...args.split(' '), ...more]);

/** The same as a process of its own. */
const akashiProcess = (args: string, env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  node('cli/akashi.ts', args.split(' '), env);

const json = async (args: string, more: readonly string[] = []): Promise<Record<string, unknown>> => {
  const { code, out, err } = await akashi(`${args} --json`, more);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out);
};

const openssl = (...args: readonly string[]): Promise<void> =>
  new Promise((done, reject) => {
    execFile('openssl', args, { cwd: folder }, (error) => (error ? reject(error) : done()));
  });

const makeCsr = async (name: string): Promise<string> => {
  await openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`);
  await openssl('req', '-new', '-key', `${name}.key`, '-subj', '/', '-out', `${name}.csr`);
  return `${name}.csr`;
};

const submit = async (name: string, more: readonly string[] = []): Promise<Record<string, unknown>> =>
  json(`request --as higashi-counter --profile official-position --csr ${await makeCsr(name)}`, [
    '--field',
    `position=${name}`,
    '--field',
    'positionJa=税務課長',
    ...more,
  ]);

const idOf = (answer: Record<string, unknown>): string => {
  const { request } = answer as { request: { id: string } };
  return request.id;
};

/** A certificate in `<name>.pem`. */
const issue = async (name: string): Promise<string> => {
  const id = idOf(await submit(name));
  await json(`examine ${id} --approve --as higashi-examiner`);
  await json(`examine ${id} --approve --as operator-sakai`);
  await json(`collect ${id} --as higashi-counter --out ${name}.pem`);
  return `${name}.pem`;
};

beforeAll(async () => {
  service = await startService(root, folder, process.env);
  enter(folder, service);
});

afterAll(async () => {
  await service?.stop();
  process.chdir(root);
  rmSync(folder, { recursive: true, force: true });
});

describe('a request', { timeout: 120_000 }, () => {
  it('is submitted once under one idempotency key, listed and shown', async () => {
    const first = await submit('Chief', ['--idempotency-key', 'chief-1']);
    expect(first).toMatchObject({
      replayed: false,
      idempotencyKey: 'chief-1',
      request: { state: 'submitted', fields: { position: 'Chief', positionJa: '税務課長' } },
    });
    const id = idOf(first);
    const again = await json(
      'request --as higashi-counter --profile official-position --csr Chief.csr --idempotency-key chief-1',
      ['--field', 'position=Chief', '--field', 'positionJa=税務課長'],
    );
    expect(again).toMatchObject({ replayed: true, request: { id } });
    const { out } = await akashiProcess('requests --as higashi-counter --state submitted');
    expect(out).toContain(id);
    expect(await json(`show ${id} --as higashi-counter`)).toMatchObject({ id, state: 'submitted' });
    expect((await akashiProcess(`show ${id} --as nishi-counter`)).code).toBe(1);
  });

  it('takes its certification request from standard input and its fields from a file', async () => {
    writeFileSync(
      join(folder, 'fields.json'),
      JSON.stringify({ dnsNames: ['a.example.jp', 'b.example.jp'] }),
    );
    const csr = await makeCsr('server');
    const args =
      'request --as higashi-counter --profile organisation-server --csr - --fields fields.json --json';
    const child = spawn(process.execPath, [join(root, 'cli/akashi.ts'), ...args.split(' ')], {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.end(readFileSync(join(folder, csr)));
    let out = '';
    for await (const chunk of child.stdout) out += chunk;
    expect(JSON.parse(out)).toMatchObject({
      request: { fields: { dnsNames: ['a.example.jp', 'b.example.jp'] } },
    });
  });

  it('is made by what akashi profiles shows, where one value of a list needs no list', async () => {
    const { out } = await akashi('profiles --as higashi-counter');
    expect(out).toMatch(/^organisation-server +version 1 +organisation-1 /m);
    const one = (await akashi('profiles person-signature --as higashi-counter')).out;
    expect(one).toMatch(/^hold +possible, and can never be released$/m);
    expect(one).toMatch(/^field sex +choice, required, Sex$/m);
    expect(one).toMatch(/^field holderId +text, required, at most 24 characters, Holder number$/m);
    expect(one).toMatch(/^ +12 to 24 digits and capital letters A-Z, as in 2026112200000001: /m);
    expect(one).toMatch(/^field kana +.*not in the certificate, found by --text, Name in kana$/m);
    expect(one).toMatch(/^ +3 +Other$/m);
    const inJapanese = await akashi('profiles person-signature --as higashi-counter --language ja');
    expect(inJapanese.out).toMatch(/^ +3 +その他$/m);
    expect(await json('profiles organisation-server --as operator-noda')).toMatchObject({
      fields: expect.arrayContaining([expect.objectContaining({ name: 'dnsNames', kind: 'dnsName' })]),
    });
    const none = await akashi('profiles seal --as higashi-counter');
    expect(none).toMatchObject({ code: 2, err: expect.stringContaining('organisation-server') });
    const server = await json(
      `request --as higashi-counter --profile organisation-server --csr ${await makeCsr('one-name')} --field dnsNames=one.example`,
    );
    expect(server).toMatchObject({ request: { fields: { dnsNames: ['one.example'] } } });
    const wrong = await akashi(
      `request --as higashi-counter --profile person-signature --csr ${await makeCsr('choice')} --field sex=9 --field holderId=2026112200000001 --field name=A --field dateOfBirth=1990-01-01 --field address=B`,
    );
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('1 (Male), 2 (Female), 3 (Other)') });
  });

  it('is shown by labels, with what the certificate says apart from what is kept with the request', async () => {
    const person = `request --as higashi-counter --profile person-signature --csr ${await makeCsr('shown')} --holder holder-tanabe`;
    const fields = [
      'holderId=2026112200000001',
      'name=田辺 花子',
      'kana=タナベ ハナコ',
      'dateOfBirth=1990-02-17',
      'sex=2',
      'address=東区',
    ];
    const more = fields.flatMap((field) => ['--field', field]);
    const submitted = await akashi(person, more);
    expect(submitted.out).toMatch(/^certificate: Sex +2 \(Female\)$/m);
    const id = /^request +(\S+)$/m.exec(submitted.out)?.[1] ?? '';
    const shown = await akashi(`show ${id} --as higashi-examiner --language ja`);
    expect(shown.out).toMatch(/^証明書：性別 +2 \(女\)$/m);
    expect(shown.out).toMatch(/^申請のみ：氏名（カナ） +タナベ ハナコ$/m);
    // Auditors do not see profiles.
    const audited = await akashi(`show ${id} --as auditor`);
    expect(audited).toMatchObject({ code: 0, err: '' });
    expect(audited.out).toMatch(/^field sex +2$/m);

    const number = await akashi(`${person} --language ja`, [
      ...more.slice(2),
      '--field',
      'holderId=123456789018',
    ]);
    expect(number).toMatchObject({
      code: 1,
      err: expect.stringContaining('個人番号（マイナンバー）の形をした'),
    });
    expect(number.err).toContain('body.fields.holderId');
    expect(number.err).not.toContain('123456789018');
    const unruly = await akashi(person, [...more.slice(2), '--field', 'holderId=abc']);
    expect(unruly.err).toContain('The field "holderId" (Holder number) has a rule: 12 to 24 digits');
  });

  it('names the holder where the profile is for persons', async () => {
    const person = `--as higashi-counter --profile person-authentication --csr ${await makeCsr('nobody')} --field holderId=2026112200000001`;
    const before = await json('requests --as higashi-counter');
    const refused = await akashi(`request ${person}`);
    expect(refused).toMatchObject({
      code: 1,
      err: expect.stringContaining('about persons: name the holder'),
    });
    expect(refused.err).toMatch(/^ +field +holder$/m);
    expect(await json('requests --as higashi-counter')).toEqual(before);
    expect((await akashi('profiles person-authentication --as higashi-counter')).out).toMatch(
      /^holder +required$/m,
    );
    expect((await akashi('profiles organisation-server --as higashi-counter')).out).toMatch(
      /^holder +optional$/m,
    );
  });

  it('is examined by two more people, rejected with a reason, withdrawn', async () => {
    const id = idOf(await submit('Rejected'));
    const own = await akashiProcess(`examine ${id} --approve --as higashi-counter --json`);
    expect(own.code).toBe(1);
    expect(JSON.parse(own.err)).toMatchObject({
      code: 'same-person',
      status: 409,
      advice: expect.any(String),
    });
    expect((await akashi(`examine ${id} --reject --as higashi-examiner`)).code).toBe(2);
    expect((await akashiProcess(`examine ${id} --as higashi-examiner`)).code).toBe(2);
    expect(
      await json(`examine ${id} --reject --as higashi-examiner`, ['--reason', '氏名が一致しない']),
    ).toMatchObject({
      state: 'rejected',
      examinations: [{ decision: 'reject', reason: '氏名が一致しない' }],
    });
    const withdrawn = idOf(await submit('Withdrawn'));
    expect(await json(`withdraw ${withdrawn} --as higashi-counter`, ['--reason', '取下げ'])).toMatchObject({
      state: 'withdrawn',
      withdrawal: { by: 'higashi-counter', at: expect.any(String), reason: '取下げ' },
    });
  });

  it('is not collected before it is issued, and leaves no file behind then', async () => {
    const id = idOf(await submit('Early'));
    const early = await akashi(`collect ${id} --as higashi-counter --out early.pem`);
    expect(early).toMatchObject({ code: 1, err: expect.stringContaining('(not-issued)') });
    writeFileSync(join(folder, 'early.pem'), 'mine', { flag: 'wx' });
    expect((await akashi(`collect ${id} --as higashi-counter --out early.pem`)).code).toBe(2);
    expect(readFileSync(join(folder, 'early.pem'), 'utf8')).toBe('mine');
  });

  it('is collected without the root, which comes on demand, and the record has the digest of what was given', async () => {
    const id = idOf(await submit('Chained'));
    await json(`examine ${id} --approve --as higashi-examiner`);
    await json(`examine ${id} --approve --as operator-sakai`);
    const root = await (await fetch(`${service.url}/ca/organisation-1.pem`)).text();
    const { pem } = (await json(`collect ${id} --as higashi-counter`)) as { pem: string };
    const whole = (await json(`collect ${id} --as higashi-counter --with-root`)) as { pem: string };
    expect(pem.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
    expect(whole.pem).toBe(pem + root);
    const { records } = (await json('provisions --as auditor --channel certificate --limit 2')) as {
      records: { responseDigest: string }[];
    };
    expect(records.map(({ responseDigest }) => responseDigest)).toEqual(
      [whole.pem, pem].map((text) => hash('sha256', text)),
    );
  });
});

describe('a certificate', { timeout: 120_000 }, () => {
  it('is held, released, revoked; status follows at once, and the record names the caller', async () => {
    const file = await issue('Mayor');
    const root = await fetch(`${service.url}/ca/organisation-1.pem`);
    writeFileSync(join(folder, 'root.pem'), await root.text());
    const status = async (): Promise<number> => (await akashi(`status ${file} --root root.pem`)).code;
    expect(await status()).toBe(0);
    expect(await json(`hold ${file} --as higashi-chief`)).toMatchObject({ revocation: { status: 'hold' } });
    expect(await akashi(`status ${file} --root root.pem`)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^result +ON HOLD/m),
    });
    const { ca, serial } = await json(`release ${file} --as higashi-chief`);
    expect(await status()).toBe(0);
    const ref = `${ca}/${serial}`;
    expect(await json(`certificate ${ref} --as higashi-chief`)).toMatchObject({ ca, serial, status: 'good' });
    const invalidityDate = `${new Date().toISOString().slice(0, 19)}Z`;
    expect(
      await json(`revoke ${ref} --as higashi-chief --reason superseded --invalidity-date ${invalidityDate}`),
    ).toMatchObject({ first: true, revocation: { reason: 'superseded' } });
    expect((await akashi(`revoke ${file} --as operator-noda --reason privilegeWithdrawn`)).err).toContain(
      'already-revoked',
    );
    expect(await json(`revoke ${file} --as operator-noda --reason keyCompromise`)).toMatchObject({
      first: true,
      raised: true,
      revocation: { reason: 'keyCompromise', invalidityDate },
    });
    expect((await akashi(`release ${file} --as higashi-chief`)).code).toBe(1);
    const asked = await akashi(`status ${file} --as tax-portal --json`);
    expect(asked.code).toBe(1);
    const { ocsp } = (JSON.parse(asked.out) as { path: [{ ocsp: { sha256: string } }] }).path[0];
    const { records } = (await json(`provisions --as auditor --certificate ${file} --all`)) as {
      records: { recipient: string; responseDigest: string }[];
    };
    expect(records.filter(({ responseDigest }) => responseDigest === ocsp.sha256)).toMatchObject([
      { recipient: 'tax-portal', channel: 'ocsp', certificates: [{ ca, serial }] },
    ]);

    const line = async (args: string, ofDigest: string): Promise<string> => {
      const listed = (await json(`${args} --certificate ${file} --all`)) as {
        records: { id: string; responseDigest: string }[];
      };
      const id = listed.records.find(({ responseDigest }) => responseDigest === ofDigest)?.id as string;
      const { out } = await akashi(`${args} --certificate ${file} --all`);
      return out.split('\n').find((text) => text.startsWith(id)) ?? '';
    };
    const answeredTo = async (options: string): Promise<string> => {
      const { out, err, code } = await akashi(`status ${file} --root root.pem --json ${options}`.trim());
      expect({ code, err }).toEqual({ code: 1, err: '' });
      return (JSON.parse(out) as { path: [{ ocsp: { sha256: string } }] }).path[0].ocsp.sha256;
    };
    const told = `ocsp POST +%s +revoked keyCompromise +${ca}/${serial}$`;
    for (const [options, recipient, purpose] of [
      ['', 'public', '-'],
      ['--as tax-portal', 'tax-portal', '-'],
      ['--as tax-portal --purpose tax-refund', 'tax-portal', 'tax-refund'],
      ['--as procurement', 'procurement', 'tender \\(assumed\\)'],
      ['--as procurement --purpose tender', 'procurement', 'tender'],
    ] as const) {
      const shown = await line('provisions --as auditor', await answeredTo(options));
      expect(shown).toMatch(new RegExp(` ${recipient} +${told.replace('%s', purpose)}`));
    }

    const refused = await akashi(`status ${file} --root root.pem --as tax-portal --purpose tender`);
    expect(refused).toMatchObject({ code: 2, out: '', err: expect.stringContaining('purpose-not-declared') });
    const unnamed = await akashi(`status ${file} --root root.pem --purpose tender`);
    expect(unnamed).toMatchObject({ code: 2, err: expect.stringContaining('--as or --token') });

    const all = await json(`records --as auditor --certificate ${file} --all`);
    const others = await json(`records --as auditor --certificate ${file} --all --exclude-own`);
    const isOwn = ({ recipient }: { recipient?: string }) => recipient === 'auditor';
    expect((all.records as []).some(isOwn)).toBe(true);
    // Between the two lists a record may get its leaf.
    const withoutLeaf = ({ leaf: _leaf, ...record }: { leaf?: number; recipient?: string }) => record;
    expect((others.records as []).map(withoutLeaf)).toEqual(
      (all.records as { recipient?: string }[]).filter((record) => !isOwn(record)).map(withoutLeaf),
    );
    // A page that the service ends early is filled.
    const few = await json(`provisions --as auditor --exclude-own --limit 3`);
    expect(few.records).toHaveLength(3);

    // A relying party finds its own records once the published log has their leaves.
    const [mine] = await vi.waitFor(
      async () => {
        const own = await json('provisions --as procurement --channel ocsp');
        expect(own.records).toHaveLength(2);
        return own.records as { id: string; recipient: string; purpose: string }[];
      },
      { timeout: 15_000, interval: 200 },
    );
    expect(mine).toMatchObject({ recipient: 'procurement', purpose: 'tender' });
    const proof = await akashi(`audit prove ${mine?.id} --as procurement --out mine.tlog-proof`);
    expect(proof).toMatchObject({ code: 0, err: '' });
  });

  it("of a CA takes two operators: the first sees the second's command, and that command revokes", async () => {
    const { authorities } = (await json('authorities')) as { authorities: { id: string }[] };
    expect(authorities.map(({ id }) => id)).toContain('authentication-1');
    const pem = await (await fetch(`${service.url}/ca/authentication-1.pem`)).text();
    writeFileSync(join(folder, 'ca.pem'), pem);
    const asked = await akashi('revoke ca.pem --as operator-sakai --reason superseded');
    expect(asked).toMatchObject({ code: 4, err: '' });
    const command = /^ {2}npx akashi (revoke --as OPERATOR (\S+) --reason superseded)$/m.exec(asked.out);
    const [, line = '', ref = ''] = command ?? [];
    expect(await akashi(`certificate ${ref} --as operator-noda`)).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /^status +good\nawaiting +revocation, superseded, asked for by operator-sakai/m,
      ),
    });
    expect(await akashi('revoke ca.pem --as operator-sakai --reason superseded')).toMatchObject({
      code: 4,
      out: expect.stringContaining('this has changed nothing'),
    });
    expect((await akashi(`revoke ${ref} --as operator-noda --withdraw`)).code).toBe(0);
    expect(await akashi(`revoke ${ref} --as operator-noda --withdraw`)).toMatchObject({
      code: 1,
      err: expect.stringContaining('awaits'),
    });
    expect((await akashi(line.replace('OPERATOR', 'operator-sakai'))).code).toBe(4);
    expect(await akashi(line.replace('OPERATOR', 'operator-noda'))).toMatchObject({
      code: 0,
      out: expect.stringContaining(`${ref} revoked at`),
    });
    expect((await akashi('revoke ca.pem --as operator-noda --withdraw --reason superseded')).code).toBe(2);
    expect((await akashi('revoke ca.pem --as operator-noda')).code).toBe(2);
  });

  it('of another CA is not found at the service', async () => {
    const more = [
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      '/CN=x',
      '-keyout',
      'x.key',
      '-out',
      'x.pem',
    ];
    await openssl('req', ...more);
    expect(await akashi('revoke x.pem --as higashi-chief --reason superseded')).toMatchObject({
      code: 2,
      err: expect.stringContaining('No authority of'),
    });
  });
});

describe('operators and auditors', { timeout: 120_000 }, () => {
  it('see the authorities and publish their CRLs', async () => {
    const { authorities } = (await json('authorities')) as { authorities: { id: string }[] };
    expect(authorities.map(({ id }) => id)).toContain('organisation-1');
    const published = await json('publish organisation-1 --as operator-sakai');
    expect(published).toMatchObject({
      ca: 'organisation-1',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const again = await json('publish organisation-1 --as operator-sakai');
    expect(BigInt(again.number as string)).toBeGreaterThan(BigInt(published.number as string));
    expect((await akashi('publish nobody-1 --as operator-sakai')).code).toBe(1);
  });

  it('read records by page, to the end, and one by one', async () => {
    const first = (await json('records --as auditor --limit 2')) as {
      records: { id: string }[];
      cursor: string;
    };
    expect(first.records).toHaveLength(2);
    const next = (await json(`records --as auditor --limit 2 --cursor ${first.cursor}`)) as typeof first;
    expect(next.records[0]?.id).not.toBe(first.records[0]?.id);
    const from = `--kind publication --actor operator-sakai`;
    const all = (await json(`records --as auditor ${from} --all --limit 1`)) as typeof first;
    expect(all.records.length).toBeGreaterThanOrEqual(2);
    expect(all.cursor).toBeUndefined();
    const [{ id } = { id: '' }] = all.records;
    expect(await json(`records ${id} --as auditor`)).toMatchObject({ id, kind: 'publication' });
    const lines = await akashi(`records --as auditor ${from} --all --limit 1`);
    expect(lines.out).toContain(id);
    expect(lines.out.trimEnd()).toMatch(new RegExp(`records: ${all.records.length}$`));
  });

  it('are refused operations of other roles', async () => {
    expect((await akashi('provisions --as higashi-counter')).code).toBe(1);
    expect((await akashi('requests')).err).toContain('--as PRINCIPAL');
  });

  it('call with a token in place of the certificate', async () => {
    const { code, out } = await akashiProcess('token --as auditor');
    expect(code).toBe(0);
    const AKASHI_TOKEN = out.trim();
    expect((await akashiProcess('records --limit 1', { AKASHI_TOKEN })).code).toBe(0);
    expect((await akashiProcess('records --limit 1', { AKASHI_TOKEN: `${AKASHI_TOKEN}x` })).code).toBe(1);
    expect((await akashiProcess('token', { AKASHI_TOKEN })).code).toBe(2);
    // A principal on the command line counts more than a token in the environment.
    expect((await akashiProcess('provisions --as higashi-counter', { AKASHI_TOKEN })).code).toBe(1);
  });

  it('do not speak to a server whose certificate is not from their operations CA', async () => {
    await openssl(
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', '-keyout', 'f.key'],
      ...['-out', 'f.pem', '-addext', 'subjectAltName=DNS:localhost'],
    );
    const credentials = join(service.data, 'credentials/auditor/ca.pem');
    const own = readFileSync(credentials);
    writeFileSync(credentials, readFileSync(join(folder, 'f.pem')));
    try {
      const { code, err } = await akashi('records --as auditor --json');
      expect(code).toBe(3);
      expect(JSON.parse(err)).toMatchObject({ code: 'unreachable', detail: expect.stringContaining('TLS') });
    } finally {
      writeFileSync(credentials, own);
    }
  });
});

describe('the demonstration', { timeout: 120_000 }, () => {
  it('succeeds against a running service', async () => {
    const { code, out, err } = await node('cli/demo.ts', []);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`A service answers at ${service.url}.`);
    expect(out).toMatch(
      /Everything held: 9 answers received and 9 records found, 1 certificate, \d+\.\d s\.\n$/,
    );
  });

  it('fails at the step that goes wrong, and says which', async () => {
    const impostor = join(folder, 'impostor/credentials');
    const from = join(service.data, 'credentials');
    cpSync(from, impostor, { recursive: true });
    // The second person is the first one again.
    cpSync(join(from, 'higashi-counter'), join(impostor, 'higashi-examiner'), {
      recursive: true,
      force: true,
    });
    const { code, out, err } = await node('cli/demo.ts', ['--data', join(folder, 'impostor')]);
    expect(code).toBe(1);
    expect(out).toContain('STEP 4 DID NOT HOLD');
    expect(err).toContain('ended with 1 instead of 0');
  });

  it('notices a missing record, and one that two answers would have to share', () => {
    const given = { what: 'OCSP', channel: 'ocsp', recipient: 'public', digest: 'aa' };
    const record = {
      id: '1',
      time: 't',
      kind: 'provision',
      channel: 'ocsp',
      recipient: 'public',
      responseDigest: 'aa',
    };
    expect(matchRecords([given], [record]).rest).toEqual([]);
    expect(matchRecords([given], [record, { ...record }]).rest).toEqual([record]);
    expect(() => matchRecords([given, given], [record])).toThrow(/no record of this answer/);
    expect(() => matchRecords([given], [{ ...record, responseDigest: 'bb' }])).toThrow(/no record/);
    expect(() => matchRecords([given], [{ ...record, recipient: 'other' }])).toThrow(/no record/);
  });

  it('explains itself, and ends with 2 if the command line is invalid', async () => {
    expect(await node('cli/demo.ts', ['--help'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('Examples:'),
    });
    expect((await node('cli/demo.ts', ['--nonsense'])).code).toBe(2);
    expect((await node('cli/demo.ts', ['--data', folder])).code).toBe(2);
  });
});
