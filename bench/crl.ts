import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { indexLine } from './crl/entries.ts';
import { has, load } from './ocsp/processes.ts';

/** Building CRLs against their targets: see README.md for what is measured and how. */
const { values } = parseArgs({
  options: {
    /** The targets apply to the last number. */
    entries: { type: 'string', default: '10000,100000,1000000' },
    rounds: { type: 'string', default: '3' },
  },
});
const sizes = values.entries.split(',').map(Number);

const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};
if (!has('openssl')) {
  say('This benchmark needs openssl.');
  process.exit(2);
}

const root = mkdtempSync(join(tmpdir(), 'akashi-bench-crl-'));
process.once('exit', () => rmSync(root, { recursive: true, force: true }));

interface Figures {
  readonly ms: number;
  /** Milliseconds for the least work that an incremental publication has to do. */
  readonly least: number;
  readonly compared: number;
  readonly bytes: number;
  readonly peak: number;
}

const node = (...words: readonly string[]): Promise<string> =>
  load([process.execPath, '--no-warnings', ...words]);
const WORKER = join(import.meta.dirname, 'crl/worker.ts');
const work = async (folder: string, mode: string, entries: number): Promise<Figures> =>
  JSON.parse(await node(WORKER, folder, mode, String(entries), values.rounds)) as Figures;

/* openssl ca ------------------------------------------------------------------------------------------------------ */

const peer = join(root, 'openssl');
mkdirSync(peer);
const config = join(peer, 'ca.cnf');
writeFileSync(
  config,
  `[ca]
default_ca = one
[one]
database = ${peer}/index.txt
crlnumber = ${peer}/crlnumber
certificate = ${peer}/ca.pem
private_key = ${peer}/ca.key
default_md = sha256
default_crl_days = 1
crl_extensions = crl
[crl]
authorityKeyIdentifier = keyid
[req]
distinguished_name = dn
[dn]
`,
);
await load(['openssl', 'ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${peer}/ca.key`]);
await load([
  ...['openssl', 'req', '-x509', '-new', '-key', `${peer}/ca.key`, '-subj', '/CN=Peer', '-days', '30'],
  ...['-addext', 'subjectKeyIdentifier=hash'],
  ...['-config', config, '-out', `${peer}/ca.pem`],
]);

/** Median of the rounds, in milliseconds. `openssl ca` starts and reads its index each time, so that is included. */
const opensslTakes = async (entries: number): Promise<number> => {
  const index = openSync(join(peer, 'index.txt'), 'w');
  for (let n = 0; n < entries; ) {
    let lines = '';
    for (const end = Math.min(entries, n + 10_000); n < end; n++) lines += indexLine(n);
    writeSync(index, lines);
  }
  closeSync(index);
  const took: number[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    writeFileSync(join(peer, 'crlnumber'), '01\n');
    const began = performance.now();
    await load(['openssl', 'ca', '-gencrl', '-config', config, '-out', `${peer}/crl.pem`]);
    took.push(performance.now() - began);
  }
  if (statSync(`${peer}/crl.pem`).size < 30 * entries) throw new Error('openssl wrote another list');
  return took.toSorted((a, b) => a - b)[Math.floor(took.length / 2)] as number;
};

/* The run --------------------------------------------------------------------------------------------------------- */

const bare = Number(await node('-e', 'console.log(process.resourceUsage().maxRSS * 1024)'));
const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
say(`A bare Node takes ${mb(bare)} of memory.`);

const verdicts: (readonly [string, number, number])[] = [];
for (const entries of sizes) {
  const folder = join(root, String(entries));
  mkdirSync(folder);
  await node(WORKER, folder, 'fill', String(entries));
  const theirs = await opensslTakes(entries);
  const full = await work(folder, 'full', entries);
  say(
    `${entries.toLocaleString('en').padStart(9)} entries  full ${full.ms.toFixed(0)} ms, ${mb(full.bytes)}; openssl ca ${theirs.toFixed(0)} ms; ` +
      `peak memory ${mb(full.peak - bare)} above bare Node; its status rows compared in ${full.compared.toFixed(0)} ms`,
  );
  if (entries !== sizes.at(-1)) continue;
  verdicts.push(['full build : openssl ca -gencrl', full.ms / theirs, 0.1]);
  verdicts.push(['peak memory above bare Node, MB', (full.peak - bare) / 1e6, 50]);
  const incremental = await work(folder, 'incremental', entries);
  say(
    `${'100 more'.padStart(17)}  incremental ${incremental.ms.toFixed(0)} ms; hash, signature and write ${incremental.least.toFixed(0)} ms`,
  );
  verdicts.push(['incremental : hash + signature + write', incremental.ms / incremental.least, 1.5]);
}

say();
say(`${'at most'.padEnd(44)}${'figure'.padStart(9)}${'target'.padStart(9)}`);
for (const [name, figure, target] of verdicts) {
  const digits = target >= 10 ? 0 : 2;
  say(
    `${name.padEnd(44)}${figure.toFixed(digits).padStart(9)}${target.toFixed(digits).padStart(9)}  ${figure <= target ? 'met' : 'MISSED'}`,
  );
}
