import { createHash, createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Service, startService } from '../../cli/demo/service.ts';
import { decodeCertificationRequest, decodePem, MAX_CSR_BYTES } from '../../lib/pki/pki.ts';
import { windows31j } from '../bulk/files.ts';
import { newCsr } from '../registration/csr.ts';
import { type Ended, enter, akashi as inProcess } from './in-process.ts';

/** Offices and people come and go by the commands, at the service as it runs on one machine. */
const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'akashi-enrolment-'));
let service: Service;

const words = (args: string): readonly string[] =>
  (args.match(/(?:[^\s']|'[^']*')+/g) ?? []).map((word) => word.replaceAll("'", ''));

const akashi = (args: string): Promise<Ended> => inProcess(words(args));

const done = async (args: string): Promise<string> => {
  const { code, out, err } = await akashi(args);
  expect({ args, code, err }).toEqual({ args, code: 0, err: '' });
  return out;
};

const json = async (args: string): Promise<Record<string, unknown>> =>
  JSON.parse(await done(`${args} --json`));

const refused = async (args: string): Promise<{ readonly code: number; readonly problem: string }> => {
  const { code, out, err } = await akashi(`${args} --json`);
  expect(out).toBe('');
  return { code, problem: JSON.parse(err).code };
};

const credentials = (id: string, file: string): string => join(service.data, 'credentials', id, file);

const ATTRIBUTES =
  "--tenant tokiwa --attribute 'O=Mizusaki City' --attribute organisationJa=瑞崎市 --attribute prefecture=Tokiwa --attribute L=Minami-ku";
const MINAMI = `offices propose minami --name-ja '瑞崎市 南区役所' --name-en 'Minami Ward' --kana みなみくやくしょ ${ATTRIBUTES} --profile official-position --code 131016`;
const CHIEF =
  "officers propose minami-chief --office minami --duty responsible --duty examine --name-ja '南区 責任者' --name-en 'Minami chief'";

/** A person who is invited brings a key, and somebody confirms it. */
const enrol = async (group: string, invitation: unknown, by: string): Promise<string> => {
  const id = String(invitation).replace(/\..*/, '');
  const brought = await akashi(`enrol --invitation ${invitation} --json`);
  expect(brought.code).toBe(4);
  const { fingerprint } = JSON.parse(brought.out);
  await json(`${group} enrol ${id} --fingerprint ${fingerprint} --as ${by}`);
  await json(`enrol --invitation ${invitation}`);
  return id;
};

beforeAll(async () => {
  service = await startService(root, folder, process.env);
  enter(folder, service);
}, 120_000);

afterAll(async () => {
  await service.stop();
  process.chdir(root);
  rmSync(folder, { recursive: true, force: true });
});

describe('akashi offices', () => {
  it('opens an office by two operators, and lists and shows it', async () => {
    const proposed = await done(`${MINAMI} --as operator-sakai`);
    expect(proposed).toMatch(/^office {2,}minami\nstate {2,}proposed\n/);
    expect(proposed).toMatch(/\nproposed name {2,}瑞崎市 南区役所 \/ Minami Ward\n/);
    expect(proposed).toContain('runs npx akashi offices confirm minami --number 1\n');
    expect(await done('offices --as auditor')).toMatch(
      /^minami {2,}proposed {2,}131016 {2,}- {2,}Minami Ward\n[\s\S]*\noffices: 5\n$/m,
    );
    const own = await refused('offices confirm minami --as operator-sakai');
    expect(own).toEqual({ code: 1, problem: 'same-person' });
    expect((await refused('offices confirm minami --number 2 --as operator-noda')).problem).toBe(
      'confirmation-differs',
    );
    const opened = await done('offices confirm minami --number 1 --as operator-noda');
    expect(opened).toMatch(/\nstate {2,}open\n[\s\S]*\nreading {2,}みなみくやくしょ\n/);
    expect(opened).not.toContain('proposed');
    expect(await json('offices show minami --as operator-noda')).toMatchObject({
      standing: 'open',
      tenant: 'tokiwa',
      attributes: { O: 'Mizusaki City', organisationJa: '瑞崎市' },
      profiles: ['official-position'],
    });
  });

  it('takes the terms from a file, with options before it, and shows what a change changes', async () => {
    const terms = {
      name: { ja: '瑞崎市 南区役所', en: 'Minami Ward' },
      attributes: { O: 'Mizusaki City', organisationJa: '瑞崎市', prefecture: 'Tokiwa', L: 'Minami-ku' },
      profiles: ['official-position'],
      officeApproval: true,
      until: '2036-04-01',
    };
    writeFileSync(join(folder, 'office.json'), JSON.stringify(terms));
    const proposed = await done(
      "offices propose minami --file office.json --name-en 'South Ward' --as operator-sakai",
    );
    expect(proposed).toMatch(/\nproposed name {2,}瑞崎市 南区役所 \/ South Ward\n/);
    expect(proposed).toMatch(/\nproposed government code {2,}-\n/);
    expect(proposed).toMatch(/\nproposed ends {2,}2036-03-31T15:00:00.000Z\n/);
    expect(proposed).not.toContain('proposed profiles');
    expect(proposed).toMatch(/\nproposed office approval {2,}required\n/);
    const once = await json(
      'offices propose minami --file office.json --no-office-approval --as operator-sakai',
    );
    expect(once.awaiting).not.toHaveProperty('officeApproval');
    expect(await done('offices --as operator-sakai')).toContain('a change is proposed');
    expect(await done('offices withdraw minami --as operator-noda --language ja')).toBe(
      'minami: 提案を取り下げました\n',
    );
    expect(await refused('offices confirm minami --as operator-noda')).toEqual({
      code: 1,
      problem: 'nothing-awaited',
    });
  });

  it('ends an office, once it is said who takes over', async () => {
    await done(`${MINAMI.replace('minami', 'kita')} --as operator-sakai`);
    await done('offices confirm kita --as operator-noda');
    expect(await refused('offices end kita --as operator-noda')).toEqual({ code: 2, problem: 'usage' });
    const ended = await done('offices end kita --successor minami --as operator-noda');
    expect(ended).toMatch(/\nstate {2,}ended\n[\s\S]*\nsuccessor {2,}minami\n/);
    await done(`${MINAMI.replace('minami', 'naka')} --as operator-sakai`);
    await done('offices confirm naka --as operator-noda');
    const alone = await json('offices end naka --no-successor --as operator-noda');
    expect(alone).not.toHaveProperty('successor');
  });
});

describe('akashi officers and akashi enrol', () => {
  let invitation: unknown;
  const key = (): string => credentials('minami-chief', 'key.pem');

  it('invite, and the invited person makes a key that nobody else can read', async () => {
    await done(`${CHIEF} --as operator-sakai`);
    const confirmed = await done('officers confirm minami-chief --as operator-noda');
    invitation = /^invitation {2,}(\S+)\n/.exec(confirmed)?.[1];
    expect(confirmed).toContain(`\n  akashi enrol --invitation ${invitation} --url ${service.url}\n`);
    const first = await akashi(`enrol --invitation ${invitation}`);
    expect({ code: first.code, err: first.err }).toEqual({ code: 4, err: '' });
    const spki = createPublicKey(createPrivateKey(readFileSync(key())));
    const digest = createHash('sha256').update(spki.export({ type: 'spki', format: 'der' }));
    const groups = digest.digest('hex').replaceAll(/(.{4})(?!$)/g, '$1 ');
    expect(first.out).toMatch(new RegExp(`\\nfingerprint +${groups}\\n`));
    expect(statSync(key()).mode & 0o777).toBe(0o600);
    const made = readFileSync(key(), 'utf8');
    expect((await akashi(`enrol --invitation ${invitation}`)).out).toBe(first.out);
    expect(readFileSync(key(), 'utf8')).toBe(made);
    const shown = await done('officers show minami-chief --as operator-sakai');
    expect(shown).toContain(`key that was brought  ${groups}\n`);
    expect(await done('officers --office minami --as operator-sakai')).toMatch(
      /^minami-chief {2}invited {2}minami {2}responsible, examine {2}- {2}Minami chief {2}a key waits/,
    );
  });

  it('confirm the key by its fingerprint, by another operator, and fetch the certificate', async () => {
    const { fingerprint } = JSON.parse((await akashi(`enrol --invitation ${invitation} --json`)).out);
    const other = fingerprint.replace(/^./, (digit: string) => (digit === '0' ? '1' : '0'));
    const enrolling = 'officers enrol minami-chief --fingerprint';
    expect((await refused(`${enrolling} ${other} --as operator-sakai`)).problem).toBe('fingerprint-differs');
    expect((await refused(`${enrolling} ${fingerprint} --as operator-noda`)).problem).toBe('same-person');
    const groups = fingerprint.toUpperCase().match(/.{4}/g).join(' ');
    expect(await done(`${enrolling} ${groups} --as operator-sakai`)).toMatch(/\nstate {2,}active\n/);
    expect(await json('officers show minami-chief --as operator-sakai')).toEqual(
      expect.not.objectContaining({ invitedUntil: expect.anything() }),
    );
    const fetched = await done(`enrol --invitation ${invitation}`);
    expect(fetched).toContain('next: npx akashi whoami --as minami-chief\n');
    const certificate = new X509Certificate(readFileSync(credentials('minami-chief', 'cert.pem')));
    expect(certificate.checkPrivateKey(createPrivateKey(readFileSync(key())))).toBe(true);
    expect(
      certificate.verify(new X509Certificate(readFileSync(credentials('minami-chief', 'ca.pem'))).publicKey),
    ).toBe(true);
    const again = await akashi(`enrol --invitation ${invitation}`);
    expect({ code: again.code, err: again.err }).toEqual({
      code: 2,
      err: expect.stringContaining('there is a certificate already'),
    });
  });

  it('let the responsible person invite; the invited one waits for the confirmation', async () => {
    const who = await done('whoami --as minami-chief');
    expect(who).toMatch(/^principal {2,}minami-chief\nrole {2,}officer\n/);
    expect(who).toMatch(/\nduties {2,}responsible, examine\n/);
    expect(who).toMatch(/\ncertificate until {2,}20\d\d-/);
    expect(who).toMatch(/\nmay ask for {2,}\w+(?:, \w+){3}\n {2,}\w+/);
    const terms = '--office minami --duty receive --name-ja 受付 --name-en Counter';
    const invited = await json(`officers invite minami-counter ${terms} --as minami-chief`);
    const waiting = akashi(`enrol --invitation ${invited.invitation} --wait --out counter`);
    const fingerprint = async (): Promise<string> => {
      const { fingerprint: found } = await json('officers show minami-counter --as minami-chief');
      return found === undefined ? fingerprint() : String(found);
    };
    await done(`officers enrol minami-counter --fingerprint ${await fingerprint()} --as minami-chief`);
    const { code, out, err } = await waiting;
    expect(code).toBe(0);
    expect(err).toMatch(/\nfingerprint {2,}(?:[0-9a-f]{4} ){15}[0-9a-f]{4}\n/);
    expect(out).toContain(
      `put key.pem, cert.pem and ca.pem into ${credentials('minami-counter', '.').slice(0, -2)}`,
    );
    mkdirSync(credentials('minami-counter', '.'), { mode: 0o700 });
    for (const file of ['key.pem', 'cert.pem', 'ca.pem'])
      copyFileSync(join(folder, 'counter', file), credentials('minami-counter', file));
    expect(await json('whoami --as minami-counter')).toMatchObject({ office: 'minami', door: 'certificate' });
  }, 60_000);

  it('suspend, resume and end at once', async () => {
    expect(await done('officers suspend minami-counter --as minami-chief')).toMatch(
      /\nstate {2,}suspended\n[\s\S]*minami-counter is suspended\.\n$/,
    );
    expect((await refused('whoami --as minami-counter')).code).toBe(1);
    await done('officers resume minami-counter --as minami-chief');
    await done('whoami --as minami-counter');
    expect(await done('officers end minami-counter --as minami-chief --language ja')).toContain(
      'minami-counter は終了しました。証明書は失効しました。',
    );
    expect((await refused('whoami --as minami-counter')).code).toBe(1);
    const advice = (await akashi('officers suspend minami-counter --as minami-chief')).err;
    expect(advice).toContain('(wrong-state)');
    expect(advice).not.toContain('akashi show REQUEST');
  });

  it('replace a lost credential under the same id', async () => {
    const terms = '--office minami --duty receive --name-ja 受付 --name-en Counter';
    const invite = (): Promise<Record<string, unknown>> =>
      json(`officers invite minami-second ${terms} --as minami-chief`);
    await enrol('officers', (await invite()).invitation, 'minami-chief');
    const lost = (await invite()).invitation;
    expect((await refused(`enrol --invitation ${lost}`)).code).toBe(2);
    rmSync(credentials('minami-second', '.'), { recursive: true });
    await enrol('officers', lost, 'minami-chief');
    await done('whoami --as minami-second');
  });

  it('examine a request twice at an office that asks for it, before the centre does', async () => {
    const approver = '--office minami --duty approve --name-ja 課長 --name-en Head';
    const { invitation } = await json(`officers invite minami-head ${approver} --as minami-chief`);
    await enrol('officers', invitation, 'minami-chief');
    await done(`${MINAMI} --office-approval --as operator-sakai`);
    expect(await done('offices confirm minami --as operator-noda')).toMatch(
      /\noffice approval {2,}required\n/,
    );
    const profile = await done('profiles official-position --as minami-second');
    expect(profile).toMatch(/^examined {2,}by two other officers of the office, one after the other, and/m);
    writeFileSync(join(folder, 'mayor.csr'), await newCsr());
    const fields = '--field position=Mayor --field positionJa=市長 --field mail=mayor@mizusaki.example';
    const { request } = await json(
      `request --profile official-position --csr mayor.csr ${fields} --as minami-second`,
    );
    const { id } = request as { readonly id: string };
    const examine = `examine ${id} --approve --as`;
    expect(await done(`${examine} minami-chief`)).toMatch(/\nstate {2,}examined-once\n/);
    expect((await refused(`${examine} operator-noda`)).problem).toBe('wrong-state');
    const again = (await akashi(`${examine} minami-chief --language ja`)).err;
    expect(again).toContain(
      '職務「approve」を持つ別の担当者が必要です。すでに扱った人: minami-second, minami-chief',
    );
    expect(await done('requests --state examined-once --as minami-head')).toMatch(new RegExp(`^${id} `));
    expect(await done(`${examine} minami-head`)).toMatch(
      /\nat the office {2,}\S+ approve by minami-chief\napproval of the office {2,}\S+ approve by minami-head\n/,
    );
    expect(await done(`${examine} operator-noda`)).toMatch(/\nstate {2,}issued\n/);
  });
});

describe('akashi officers, for another office', () => {
  const head = 'id,office,duties,until,effectiveFrom\n';
  const APRIL = new Date(Date.now() + 30 * 86_400_000).toISOString().replace(/\.\d+Z$/, 'Z');
  const invited = (id: string): Promise<Record<string, unknown>> =>
    json(
      `officers invite ${id} --office minami --duty receive --name-ja 係員 --name-en Clerk --as minami-chief`,
    );
  const transfers = (rows: string): void => writeFileSync(join(folder, 'april.csv'), head + rows);

  it('change one at once, or prepare it for a moment, which is taken back', async () => {
    for (const id of ['minami-one', 'minami-two'])
      await enrol('officers', (await invited(id)).invitation, 'minami-chief');
    const change =
      'officers change minami-one --office minami --duty examine --name-ja 係員 --name-en Clerk --as minami-chief';
    expect(await done(change)).toMatch(/\nstate {2,}active\n[\s\S]*\nduties {2,}examine\n/);
    const later = await done(`${change.replace('examine', 'receive')} --effective-from ${APRIL}`);
    expect(later).toMatch(/\nduties {2,}examine\n/);
    expect(later).toMatch(/\nin force from {2,}20\d\d-[\s\S]*\nthen duties {2,}receive\n/);
    expect(await done('officers --as minami-chief')).toContain('a change is prepared, from 20');
    expect(await refused(change)).toEqual({ code: 1, problem: 'wrong-state' });
    expect(await done('officers withdraw minami-one --as minami-chief --language ja')).toBe(
      'minami-one: 提案または予定を取り下げました\n',
    );
    expect(await json('officers show minami-one --as minami-chief')).not.toHaveProperty('prepared');
    expect(await done('officers notices --as minami-chief')).toBe('notices: 0\n');
  });

  it('transfer one, whom another person confirms, without an invitation', async () => {
    const transfer = `officers transfer minami-one --office mizusaki-higashi --duty receive --effective-from ${APRIL} --as minami-chief`;
    const proposed = await done(transfer);
    expect(proposed).toMatch(/\nproposed office {2,}mizusaki-higashi\n/);
    expect(proposed).toMatch(/\nproposed from {2,}20\d\d-/);
    expect(proposed).toMatch(
      /\nnext: the responsible person of mizusaki-higashi, or another operator, runs npx akashi officers confirm minami-one --number \d+\n/,
    );
    expect(await done('officers --as higashi-chief')).toMatch(
      /^minami-one {2,}active {2,}minami .* a transfer to mizusaki-higashi is proposed\nprincipals: 4\n$/m,
    );
    expect((await refused('officers confirm minami-one --as minami-chief')).problem).toBe('forbidden');
    const confirmed = await done('officers confirm minami-one --as higashi-chief');
    expect(confirmed).toMatch(/\noffice {2,}minami\n[\s\S]*\nthen office {2,}mizusaki-higashi\n/);
    expect(confirmed).toMatch(/\nminami-one: prepared; in force from 20\S+Z on\n$/);
    await done('officers withdraw minami-one --as minami-chief');
  });

  const rowsOf = (out: string): readonly Record<string, unknown>[] =>
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

  it('transfer many from a file, where a row that fails stops no other', async () => {
    transfers(
      [
        `minami-one,mizusaki-higashi,receive examine,,${APRIL}`,
        'minami-two,mizusaki-higashi,receive,2099-04-01T00:00+09:00,',
        `minami-one,mizusaki-higashi,receive examine,,${APRIL}`,
        'nobody-here,mizusaki-higashi,receive,,',
        '"minami-two-more",mizusaki-higashi,receive,,2027-04-01T00:00:00',
        'minami-chief,mizusaki-higashi,,,',
        'minami-chief,mizusaki-higashi',
        'minami-chief,mizusaki-higashi,receive,,',
        'minami-chief,mizusaki-higashi,examine,,',
        '',
      ].join('\r\n'),
    );
    const outcomes = async (args: string): Promise<readonly string[]> => {
      const { code, out, err } = await akashi(`officers transfer --file april.csv ${args} --as minami-chief`);
      expect({ code, err }).toEqual({ code: 1, err: '' });
      return out
        .trim()
        .split('\n')
        .map((line) => line.split(/ {2,}/).slice(0, 3).join(' '));
    };
    const wrong = [
      '4 minami-one usage',
      '5 nobody-here unknown-principal',
      '6 minami-two-more usage',
      '7 minami-chief usage',
      '8 - usage',
      '9 minami-chief usage',
      '10 minami-chief usage',
    ];
    expect(await outcomes('--dry-run')).toEqual([
      '2 minami-one is to be done',
      '3 minami-two is to be done',
      ...wrong,
      'rows: 9; to be done: 2; failed: 7',
    ]);
    expect(await json('officers show minami-one --as minami-chief')).not.toHaveProperty('awaiting');
    expect(await outcomes('')).toEqual([
      '2 minami-one is proposed',
      '3 minami-two is proposed',
      ...wrong,
      'rows: 9; done: 2; failed: 7',
    ]);
    const again = await akashi('officers transfer --file april.csv --as minami-chief --json');
    const rows = rowsOf(again.out);
    const all = { rows: 9, done: 0, failed: 7, encoding: 'utf-8', encodingBy: 'content' };
    expect(rows.at(-1)).toEqual(all);
    expect(rows[0]).toMatchObject({
      line: 2,
      isNew: false,
      principal: { awaiting: { office: 'mizusaki-higashi' } },
    });
    const details = rows.map(({ problem }) => (problem as { detail?: string } | undefined)?.detail ?? '');
    expect(details[2]).toContain('The id is in line 2 already');
    expect(details[4]).toContain('such as 2026-04-01T09:00:00+09:00');
    expect(details[6]).toContain('The row has 2 cells, and the header has 5.');
    expect(details[7]).toContain('Line 10 says something else of the same id');
    expect(details[8]).toContain('Line 9 says something else of the same id');
    writeFileSync(join(folder, 'ids.ndjson'), '\ufeff{"id":"minami-two"}\n{"id":"minami-two","x":"y"}\nx\n');
    const confirmed = await akashi('officers confirm --file ids.ndjson --as operator-noda --json');
    expect(rowsOf(confirmed.out)).toMatchObject([
      { line: 1, outcome: 'is in force', isNew: true },
      { line: 2, problem: { detail: 'x: the columns are id.' } },
      { line: 3, problem: { detail: 'The line is not one JSON object.' } },
      { rows: 3, done: 1, failed: 2 },
    ]);
    expect(await json('officers show minami-two --as operator-noda')).toMatchObject({
      office: 'mizusaki-higashi',
      standing: 'active',
    });
  });

  it('enrol, change and end many from a file, each once', async () => {
    const twice = async (args: string): Promise<readonly (readonly unknown[])[]> => {
      const [first, second] = [rowsOf(await done(`${args} --json`)), rowsOf(await done(`${args} --json`))];
      expect(second.at(-1)).toMatchObject({ done: 0, failed: 0 });
      return [first.map(({ outcome }) => outcome), second.map(({ outcome }) => outcome)];
    };
    const columns = 'id,office,duties,nameJa,nameEn,kana,person';
    const terms = 'minami,receive,"係員, 新",New,しん,';
    const newcomers = `${columns},from,until\nnew-one,${terms},2099-04-01,\nnew-two,${terms},,\n`;
    writeFileSync(join(folder, 'new.csv'), windows31j(newcomers));
    const invited = rowsOf(await done('officers enrol --file new.csv --as minami-chief --json'));
    expect(invited).toMatchObject([
      { id: 'new-one', outcome: 'is invited', principal: { from: '2099-03-31T15:00:00.000Z' } },
      { id: 'new-two', outcome: 'is invited' },
      { rows: 2, done: 2, failed: 0, encoding: 'windows-31j' },
    ]);
    // The names are the same in the other encoding.
    writeFileSync(join(folder, 'new.csv'), newcomers);
    expect(await twice('officers enrol --file new.csv --as minami-chief')).toMatchObject([
      ['is so already', 'is so already', undefined],
      ['is so already', 'is so already', undefined],
    ]);
    await enrol('officers', invited[1]?.invitation, 'minami-chief');
    const changed = terms.replace('receive', 'receive examine');
    writeFileSync(
      join(folder, 'change.csv'),
      `${columns},until,effectiveFrom\nnew-two,${changed},,${APRIL}\n`,
    );
    expect(await twice('officers change --file change.csv --as minami-chief')).toEqual([
      ['is prepared', undefined],
      ['is prepared already', undefined],
    ]);
    const other = terms.replace('receive', 'examine');
    writeFileSync(join(folder, 'change.csv'), `${columns},until,effectiveFrom\nnew-two,${other},,\n`);
    for (const dry of ['--dry-run ', '']) {
      const inTheWay = await akashi(`officers change --file change.csv ${dry}--as minami-chief --json`);
      expect(rowsOf(inTheWay.out)).toMatchObject([
        {
          id: 'new-two',
          problem: {
            code: 'wrong-state',
            detail: expect.stringMatching(/is prepared for new-two from 2\d{3}-/),
          },
        },
        { rows: 1, done: 0, failed: 1 },
      ]);
    }
    await done('officers withdraw new-two --as minami-chief');
    writeFileSync(join(folder, 'end.csv'), `id,effectiveFrom\nnew-one,\nnew-two,${APRIL}\n`);
    expect(await twice('officers end --file end.csv --as operator-noda')).toEqual([
      ['has ended', 'is prepared', undefined],
      ['is so already', 'is prepared already', undefined],
    ]);
    expect(await done('officers list --as minami-chief')).toContain('an end is prepared, from 20');
    const again = `officers end new-two --effective-from ${APRIL} --as minami-chief`;
    expect(await done(again)).toMatch(/\nnew-two: prepared; it ends at 20\S+Z\n$/);
    expect(await done('officers end new-two --as minami-chief')).toContain('new-two has ended');
  }, 30_000);

  it('transfer nobody where the file is not as it has to be', async () => {
    writeFileSync(join(folder, 'sjis.csv'), Buffer.from([0x92, 0x53, 0x93, 0x96, 0x0a]));
    writeFileSync(join(folder, 'header.csv'), 'office,id\n');
    writeFileSync(join(folder, 'large.csv'), `${head}"minami-one,${'x'.repeat(16 * 1024 * 1024)}\n`);
    transfers('');
    const wrong = [
      ['--file sjis.csv', 'The first line of sjis.csv has to be: id,office,duties,until,effectiveFrom'],
      ['--file header.csv', 'The first line of header.csv has to be: id,office,duties,until,effectiveFrom'],
      ['--file large.csv', 'has more than the 16777216 bytes'],
      ['--file april.csv minami-one', 'With --file everything is in the file'],
      ['minami-one --office minami', 'Give the id, --office and --duty'],
      [
        'minami-one --office minami --duty receive --effective-from 2027-04-01T00:00:00',
        'such as 2026-04-01T09:00:00+09:00',
      ],
    ] as const;
    for (const [args, said] of wrong) {
      const { code, err } = await akashi(`officers transfer ${args} --as minami-chief`);
      expect({ args, code, err }).toEqual({ args, code: 2, err: expect.stringContaining(said) });
    }
    writeFileSync(join(folder, 'quoted.csv'), `${head}"minami-one,${'x'.repeat(15_000_000)}\n`);
    const quoted = await akashi('officers transfer --file quoted.csv --as minami-chief');
    expect(quoted).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^2 {2}- {2}usage {2}The row has more than/),
    });
    expect(await done('officers transfer --file april.csv --as minami-chief')).toBe(
      'rows: 0; done: 0; failed: 0\n',
    );
  });

  it('give a new credential to one who has one, where that is asked for', async () => {
    const terms =
      'officers propose minami-chief --office minami --duty responsible --duty examine --name-ja 責任者 --name-en Chief --as operator-sakai';
    await done(`${terms} --kana せきにんしゃ`);
    const plain = await done('officers confirm minami-chief --as operator-noda');
    expect(plain).toMatch(/\nminami-chief: in force now\n$/);
    expect(plain).not.toContain('invitation');
    await done(`${terms} --new-credential`);
    expect(await json('officers confirm minami-chief --as operator-noda')).toHaveProperty('invitation');
  });
});

describe('akashi enrol', () => {
  it('brings a request that openssl made, and writes no key', async () => {
    await done('auditors propose auditor-kita --name-ja 北監査法人 --name-en Kita --as operator-sakai');
    const { invitation } = await json('auditors confirm auditor-kita --as operator-noda');
    copyFileSync(credentials('minami-second', 'key.pem'), join(folder, 'not-a-request.pem'));
    expect((await refused(`enrol --invitation ${invitation} --csr not-a-request.pem`)).code).toBe(2);
    copyFileSync(join(folder, 'counter/request.csr'), join(folder, 'used.csr'));
    const brought = await akashi(`enrol --invitation ${invitation} --csr used.csr --out elsewhere --json`);
    const { fingerprint } = JSON.parse(brought.out);
    expect(() => readFileSync(join(folder, 'elsewhere/key.pem'))).toThrow('ENOENT');
    // The key of an officer is not the auditor's.
    expect(
      (await refused(`auditors enrol auditor-kita --fingerprint ${fingerprint} --as operator-sakai`)).problem,
    ).toBe('duplicate-key');
  });

  it('says what to do where the address cannot be trusted, and takes the CA in the folder', async () => {
    const proposing = 'operators propose operator-ueda --name-ja 上田 --name-en Ueda --as operator-sakai';
    await done(proposing);
    const { invitation } = await json('operators confirm operator-ueda --as operator-noda');
    const enrolling = `enrol --invitation ${invitation} --url ${service.tlsUrl} --tls-url ${service.tlsUrl} --out mori`;
    const { code, err } = await akashi(enrolling);
    expect({ code, err }).toEqual({ code: 3, err: expect.stringContaining('put it into mori/ca.pem') });
    copyFileSync(credentials('operator-sakai', 'ca.pem'), join(folder, 'mori/ca.pem'));
    expect((await akashi(enrolling)).code).toBe(4);
    expect((await akashi(`enrol --invitation ${invitation} --out another`)).err).toContain(
      'invitation-opened',
    );
  });

  it('replaces neither a key nor a half of the two files', async () => {
    mkdirSync(join(folder, 'half'));
    writeFileSync(join(folder, 'half/key.pem'), 'mine');
    const invitation = `nobody.${'A'.repeat(32)}`;
    expect(await refused(`enrol --invitation ${invitation} --out half`)).toEqual({
      code: 2,
      problem: 'usage',
    });
    expect(readFileSync(join(folder, 'half/key.pem'), 'utf8')).toBe('mine');
    expect(await refused(`enrol --invitation ${invitation} --out fresh`)).toEqual({
      code: 1,
      problem: 'invitation-invalid',
    });
  });
});

describe('akashi enrol, at a service that errs', () => {
  const server = createServer();
  let url: string;
  let replies: ((fingerprint: string) => readonly [status: number, body: object])[];

  beforeAll(async () => {
    server.on('request', async (request, response) => {
      // A command that fails asks for the service's version.
      if (request.method === 'GET') return response.writeHead(404).end();
      let text = '';
      for await (const chunk of request) text += chunk;
      const csr = decodePem('CERTIFICATE REQUEST', JSON.parse(text).csr, MAX_CSR_BYTES);
      const { subjectPublicKeyInfo } = decodeCertificationRequest(csr);
      const digest = createHash('sha256').update(subjectPublicKeyInfo).digest('hex');
      const [status, body] = replies.shift()?.(digest) ?? [404, {}];
      const type = status === 200 ? 'application/json' : 'application/problem+json';
      response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => server.close());

  const invitation = `somebody.${'A'.repeat(32)}`;
  const enrolling = (out: string): string => `enrol --invitation ${invitation} --url ${url} --out ${out}`;

  it('shows no fingerprint where the service has another key', async () => {
    replies = [() => [200, { id: 'somebody', fingerprint: '0'.repeat(64) }]];
    expect(await refused(enrolling('other-key'))).toEqual({ code: 2, problem: 'unexpected-answer' });
    replies = [(fingerprint) => [200, { id: 'another', fingerprint }]];
    expect(await refused(enrolling('other-key'))).toEqual({ code: 2, problem: 'unexpected-answer' });
  });

  it("keeps no certificate of somebody else's key", async () => {
    const certificate = readFileSync(credentials('operator-sakai', 'cert.pem'), 'utf8');
    replies = [(fingerprint) => [200, { id: 'somebody', fingerprint, certificate }]];
    expect(await refused(enrolling('other-certificate'))).toEqual({ code: 2, problem: 'unexpected-answer' });
    expect(readdirSync(join(folder, 'other-certificate')).sort()).toEqual(['key.pem', 'request.csr']);
  });

  it('goes on waiting while the service is busy, and ends where it refuses', async () => {
    const problem = (code: string) => ({ type: 'about:blank', title: code, code });
    replies = [
      (fingerprint) => [200, { id: 'somebody', fingerprint }],
      () => [503, problem('try-later')],
      () => [400, problem('invitation-invalid')],
    ];
    const { code, err } = await akashi(`${enrolling('waiting')} --wait`);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('(invitation-invalid)') });
    expect(replies).toEqual([]);
  }, 20_000);
});

describe('akashi relying-parties', () => {
  it('enrols one with its purposes, and suspends it', async () => {
    const purpose = "--purpose 'pension=年金請求の署名検証|Verifying pension claims|国民年金法第16条'";
    const terms = `--name-ja 年金ポータル --name-en Pensions --agreement 第12号 ${purpose} --assumed-purpose pension`;
    const proposed = await done(
      `relying-parties propose pension-portal ${terms} --as operator-sakai --language ja`,
    );
    expect(proposed).toMatch(/\n提案された利用目的 pension +年金請求の署名検証（国民年金法第16条）\n/);
    const { invitation } = await json('relying-parties confirm pension-portal --as operator-noda');
    await enrol('relying-parties', invitation, 'operator-sakai');
    expect(await done('whoami --as pension-portal')).toMatch(
      /\npurpose pension {2,}Verifying pension claims \(国民年金法第16条\)\n/,
    );
    await done('relying-parties suspend pension-portal --as operator-noda');
    expect((await refused('whoami --as pension-portal')).code).toBe(1);
    expect(await done('relying-parties --as auditor')).toMatch(
      /^pension-portal {2}suspended {2}- {2}Pensions\n/,
    );
  });
});

describe('bad input', () => {
  const names = '--name-ja 名 --name-en Name';
  it.each([
    ['offices show Minami', 'An id is 1 to 40'],
    ['offices propose east --name-ja 東', 'Both names are needed'],
    [`offices propose east ${names} --attribute O`, 'NAME=VALUE'],
    [`offices propose east ${names} --attribute O=1 --attribute O=2`, 'given twice'],
    [`offices propose east ${names} --from tomorrow`, 'Must be a date'],
    [`offices propose east ${names} --file strange.json`, 'does not have the terms in order'],
    [`offices propose east ${names} --file broken.json`, 'is not JSON'],
    [`auditors propose east ${names} --file operator.json`, 'The file is about the role operator'],
    [`relying-parties propose east ${names} --purpose pension=年金`, 'ID=JAPANESE|ENGLISH|LEGAL BASIS'],
    ['officers enrol east --fingerprint 12ab', 'sixteen groups of four'],
    ['enrol --invitation minami-chief', 'copy all of it'],
    [`auditors propose east ${names} --office minami`, "unknown option '--office'"],
  ])('%s says what to do', async (command, said) => {
    writeFileSync(join(folder, 'strange.json'), '{"nom":"x"}');
    writeFileSync(join(folder, 'broken.json'), '{');
    writeFileSync(join(folder, 'operator.json'), '{"role":"operator"}');
    const { code, out, err } = await akashi(
      `${command}${command.startsWith('enrol') ? '' : ' --as operator-sakai'}`,
    );
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: expect.stringContaining(said) });
  });

  it('of the service comes with its code', async () => {
    const wrong = `${MINAMI.replace('minami', 'higashi').replace('131016', '131015')} --as operator-sakai`;
    expect(await refused(wrong)).toEqual({ code: 1, problem: 'invalid-input' });
    const own = `officers propose x-1 --office nowhere --duty receive ${names} --as operator-sakai`;
    expect(await refused(own)).toEqual({ code: 1, problem: 'unknown-office' });
  });
});
