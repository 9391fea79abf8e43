import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeCertificate,
  encodeCertId,
  encodeName,
  encodeOcspRequest,
  parseSerial,
} from '../../lib/pki/pki.ts';
import { type Browser, openBrowser, type Shown } from './browser.ts';
import { certified, type Filled, MEASURED, type Measured, ROLES, type Role } from './measured.ts';
import { type Service, startService } from './service.ts';
import { openWeighing } from './weight.ts';

/**
 * `node measuring.ts FOLDER REQUESTS ONLY [PROFILES]`: asks the services over `FOLDER/few` and `FOLDER/all` for all pages whose names
 * begin so. The figures go to standard output as one line of JSON, and what it is at to standard error. The profile of the larger
 * service goes to the folder that is named.
 */
const [folder = '', count = '300', only = '', profiles = ''] = process.argv.slice(2);
const REQUESTS = Number(count);
const ROUNDS = 5;
const WARMING = 40;

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

interface Side {
  readonly filled: Filled;
  readonly service: Service;
  readonly browsers: Readonly<Record<Role, Browser>>;
  /** A question by OCSP about the n-th certificate, with a nonce. */
  ocsp(n: number): Promise<void>;
}

const open = async (place: string, flags: readonly string[]): Promise<Side> => {
  const filled: Filled = JSON.parse(readFileSync(join(place, 'benchmark.json'), 'utf8'));
  const service = await startService(place, flags);
  const browsers: Partial<Record<Role, Browser>> = {};
  for (const [role, principal] of Object.entries(ROLES))
    browsers[role as Role] = await openBrowser(service.tlsPort, place, principal);
  const { everybody } = browsers as Record<Role, Browser>;
  const issuers = new Map(
    await Promise.all(
      Object.values(filled.prefixes).map(async ({ ca }) => {
        const { body } = await everybody.ask({ path: `/ca/${ca}.cer` });
        const { subject, subjectPublicKeyInfo } = decodeCertificate(body);
        return [ca, { issuerName: encodeName(subject), issuerPublicKeyInfo: subjectPublicKeyInfo }] as const;
      }),
    ),
  );
  return {
    filled,
    service,
    browsers: browsers as Record<Role, Browser>,
    ocsp: async (n) => {
      const { ca, serial } = certified(filled, n).certificate;
      const issuer = issuers.get(ca);
      if (issuer === undefined) throw new Error(`no issuer ${ca}`);
      const certId = encodeCertId({ hash: 'sha256', ...issuer, serialNumber: parseSerial(serial) });
      await everybody.ocsp(encodeOcspRequest({ certIds: [certId], nonce: randomBytes(32) }));
    },
  };
};

/** Milliseconds of one answer: by the clock, and of processor time. */
interface Took {
  readonly clock: number;
  readonly work: number;
}

/** So many are told a status between two looks of an auditor. */
const TOLD_BETWEEN = 2;

/** Questions have numbers of their own in the whole run, so that no page is asked for twice where there are others. */
let asked = 0;

const ask = async ({ filled, browsers }: Side, { role, asked: of }: Measured): Promise<Shown> =>
  browsers[role].ask(of(filled, asked++));

const takes = async (side: Side, page: Measured, times: number): Promise<readonly Took[]> => {
  const took: Took[] = [];
  for (let n = 0; n < times; n++) {
    // The newest records are not only the auditor's own looks, which the list leaves out.
    if (page.role === 'auditor') for (let told = 0; told < TOLD_BETWEEN; told++) await side.ocsp(asked++);
    const before = side.service.processor();
    const { took: clock, status } = await ask(side, page);
    if (status !== 200) throw new Error(`${page.role}, ${page.name}: ${status}`);
    took.push({ clock, work: side.service.processor() - before });
  }
  return took;
};

/**
 * One of two services at a time: the other stands still. Its connections are closed before, because it could not tell that it closes
 * them.
 */
const alone = async <T>(side: Side, work: () => Promise<T>): Promise<T> => {
  side.service.resume();
  try {
    return await work();
  } finally {
    for (const browser of Object.values(side.browsers)) browser.hangUp();
    // In a profile, the time in which it stands still would belong to whatever it did last.
    if (profiles === '' || side === few) side.service.pause();
  }
};

/** Every page has what it should have, or nothing is measured. */
const warm = async (side: Side, page: Measured): Promise<string> => {
  await takes(side, page, WARMING);
  const { status, body } = await ask(side, page);
  const html = String(body);
  const rows = (html.match(/<tr>/g) ?? []).length - (html.match(/<thead>/g) ?? []).length;
  if (status !== 200 || rows < page.rows) {
    throw new Error(
      `${page.role}, ${page.name}: ${status} and ${rows} rows\n${html.slice(html.indexOf('<main'))}`,
    );
  }
  return html;
};

const at = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] as number;

const figuresOf = (took: readonly Took[]) => {
  const [clock, work] = [took.map((one) => one.clock), took.map((one) => one.work)];
  return { median: at(clock, 0.5), p99: at(clock, 0.99), work: at(work, 0.5), workP99: at(work, 0.99) };
};

const few = await open(join(folder, 'few'), []);
await alone(few, async () => {});
const all = await open(
  join(folder, 'all'),
  profiles === '' ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`],
);
await alone(all, async () => {});
const weigh = openWeighing(all.browsers.everybody);
const pages = [];
for (const page of MEASURED.filter(({ role, name }) => `${role}, ${name}`.startsWith(only))) {
  await alone(few, () => warm(few, page));
  const { bytes, weight } = await alone(all, async () => {
    const html = await warm(all, page);
    return { bytes: Buffer.byteLength(html), weight: await weigh(html) };
  });
  const took = { few: [] as Took[], all: [] as Took[] };
  for (let round = 0; round < ROUNDS; round++) {
    const times = Math.ceil(REQUESTS / ROUNDS);
    for (const [name, side] of Object.entries({ few, all }) as ['few' | 'all', Side][])
      took[name].push(
        ...(await alone(side, async () => {
          // A new connection.
          await takes(side, page, 2);
          return takes(side, page, times);
        })),
      );
  }
  const figures = { few: figuresOf(took.few), all: figuresOf(took.all) };
  pages.push({ role: page.role, name: page.name, ...figures, bytes, ...weight });
  say(
    `${page.role}, ${page.name}: ${figures.all.median.toFixed(1)} ms, p99 ${figures.all.p99.toFixed(1)} ms`,
  );
}
for (const { service } of [few, all]) await service.stop();
process.stdout.write(`${JSON.stringify(pages)}\n`);
