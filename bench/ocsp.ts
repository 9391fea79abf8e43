import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ab, middle, type Round, wrk } from './ocsp/loads.ts';
import { makeAuthority, startBare, startGo, startOpenssl } from './ocsp/peers.ts';
import { has, load, type Server, startNode, startServer } from './ocsp/processes.ts';
import { topOfProfile } from './ocsp/profile.ts';
import { type Kind, writeRequests } from './ocsp/requests.ts';
import { CA, fill, openStore } from './ocsp/store.ts';

/** OCSP against its targets: see README.md for what is measured and how. */
const { values } = parseArgs({
  options: {
    /** The length of a round. A figure is the median of its rounds. */
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    largest: { type: 'string', default: '1000000' },
    /** The part `alive` runs once with each of these numbers of connections. */
    connections: { type: 'string', default: '1,16,256' },
    /** Some of the parts of the run, in its order. */
    parts: { type: 'string', default: 'alive,closed,paced,function,largest,profile' },
    'ten-million': { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const largest = values['ten-million'] ? 10_000_000 : Number(values.largest);
const connections = values.connections.split(',').map(Number);
const parts = new Set(values.parts.split(','));
const SMALLEST = 10_000;
/** Requests in a file. A larger store has more certificates than that; the requests are spread evenly over all. */
const REQUESTS = 10_000;
/** Requests in a round that closes every connection: enough that all code is compiled after the first round. */
const CLOSED_REQUESTS = 10_000;

const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};
const missing = ['wrk', 'ab', 'openssl', 'ps'].filter((tool) => !has(tool));
if (missing.length > 0) {
  say(`This benchmark needs ${missing.join(', ')} (Debian: wrk, apache2-utils, openssl, procps).`);
  process.exit(2);
}

const root = mkdtempSync(join(tmpdir(), 'akashi-bench-'));
process.once('exit', () => rmSync(root, { recursive: true, force: true }));
const folder = (name: string): string => {
  const path = join(root, name);
  mkdirSync(path, { recursive: true });
  return path;
};
const SERVER = join(import.meta.dirname, 'ocsp/server.ts');
const PLAIN_POST: Kind = { method: 'POST', nonce: false };
const PLAIN_GET: Kind = { method: 'GET', nonce: false };
const NONCE_POST: Kind = { method: 'POST', nonce: true };
const NONCE_GET: Kind = { method: 'GET', nonce: true };
const nameOf = ({ method, nonce }: Kind): string =>
  `${method} ${nonce ? 'with nonce, signed' : 'without nonce, kept'}`;

/* Requests -------------------------------------------------------------------------------------------------------- */

const files = new Map<string, string>();
const requestsFor =
  (whose: string, issuer: Uint8Array, certificates: number) =>
  (kind: Kind): string => {
    const name = `${whose}-${kind.method}-${kind.nonce}-${certificates}.txt`;
    const known = files.get(name);
    if (known) return known;
    const file = join(root, name);
    writeRequests(file, issuer, kind, certificates, REQUESTS);
    files.set(name, file);
    return file;
  };

const prepared = async (path: string, certificates: number) => {
  const took = await fill(path, certificates);
  const { core, close } = await openStore(path);
  const issuer = await core.authority.caCertificate(CA);
  await close();
  return { took, requests: requestsFor(path.replaceAll('/', '_').slice(-20), issuer, certificates) };
};

/* Rounds ---------------------------------------------------------------------------------------------------------- */

interface Contender {
  readonly name: string;
  readonly server: Server;
  readonly file: string;
  readonly kind: Kind;
}

/** After these requests, code is compiled and the kept answers exist. On a busy machine WARM_SECONDS is the limit. */
const WARM_REQUESTS = 3 * REQUESTS;
const WARM_SECONDS = 15;

const warmUp = async ({ server, file, kind }: Contender, count: number): Promise<void> => {
  for (let asked = 0, passed = 0; asked < WARM_REQUESTS && passed < WARM_SECONDS; passed++)
    asked += (await wrk(server, file, kind, count, 1)).rate;
};

/** The contenders take turns, so that other work on the machine affects all. */
const compare = async (contenders: readonly Contender[], count: number): Promise<readonly Round[]> => {
  for (const contender of contenders) await warmUp(contender, count);
  const taken: Round[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, { server, file, kind }] of contenders.entries())
      taken[i]?.push(await wrk(server, file, kind, count, seconds));
  }
  return taken.map(middle);
};

const show = (name: string, { rate, p50, p99, failed, work }: Round): void => {
  const figures = [
    `${Math.round(rate)}/s`.padStart(9),
    `p50 ${(p50 / 1000).toFixed(2)} ms`,
    `p99 ${(p99 / 1000).toFixed(2)} ms`,
    ...(work > 0 ? [`${work.toFixed(0)} us of work`] : []),
  ];
  say(`  ${name.padEnd(52)}${figures.join('  ')}${failed > 0 ? `  FAILED ${failed}` : ''}`);
};

interface Verdict {
  readonly what: string;
  readonly ratio: number;
  readonly target: number;
  /** The same ratio by the processor time of a request, if that is known. */
  readonly byWork?: number;
  /** What the ratio could be at most. */
  readonly bound?: number;
}
const verdicts: Verdict[] = [];
const judge = (what: string, ours: Round, theirs: Round, target: number, bound?: number): void => {
  const byWork = theirs.work / ours.work;
  verdicts.push({
    what,
    ratio: ours.rate / theirs.rate,
    target,
    ...(byWork > 0 && { byWork }),
    ...(bound !== undefined && bound > 0 && { bound }),
  });
};

/* The parts ------------------------------------------------------------------------------------------------------- */

const peers = folder('peers');
const authority = makeAuthority(peers, SMALLEST);
const peerRequests = requestsFor('peer', authority.der, SMALLEST);
const recordedStore = await prepared(folder('recorded'), SMALLEST);
const unrecordedStore = await prepared(folder('unrecorded'), SMALLEST);
const recorded = await startNode(SERVER, folder('recorded'), 'recorded');
const unrecorded = await startNode(SERVER, folder('unrecorded'), 'unrecorded');
const bare = await startBare(1024);
const go = await startGo(peers, authority);
if (!go)
  say(
    'There is no Go with golang.org/x/crypto (Debian: golang-go, golang-golang-x-crypto-dev): its column is left out.',
  );

const [syncWait = Number.NaN, syncWork = Number.NaN] = (
  await load([process.execPath, join(import.meta.dirname, 'ocsp/sync.ts'), root])
)
  .trim()
  .split(' ')
  .map(Number);
say(`A sync of this disk takes ${Math.round(syncWait)} us, ${Math.round(syncWork)} us of work`);

/**
 * The share of the unrecorded rate that the disk allows if recording costs nothing but its syncs. Either all callers
 * wait for one sync, or one half of them is answered while the other half waits.
 */
const boundBySync = ({ work }: Round, callers: number): number =>
  Math.max(
    (callers * work) / (callers * work + syncWait),
    Math.min(work / (work + (2 * syncWork) / callers), (callers * work) / 2 / syncWait),
  );

for (const count of parts.has('alive') ? connections : []) {
  say(`${count} connection${count === 1 ? '' : 's'}, kept alive, ${SMALLEST} certificates`);
  for (const [plain, nonce] of [
    [PLAIN_POST, NONCE_POST],
    [PLAIN_GET, NONCE_GET],
  ] as const) {
    const { method } = plain;
    const contenders: Contender[] = [
      { name: `bare node:http, ${method}`, server: bare, file: unrecordedStore.requests(plain), kind: plain },
      {
        name: `unrecorded, ${nameOf(plain)}`,
        server: unrecorded,
        file: unrecordedStore.requests(plain),
        kind: plain,
      },
      {
        name: `recorded, ${nameOf(plain)}`,
        server: recorded,
        file: recordedStore.requests(plain),
        kind: plain,
      },
      {
        name: `unrecorded, ${nameOf(nonce)}`,
        server: unrecorded,
        file: unrecordedStore.requests(nonce),
        kind: nonce,
      },
      {
        name: `recorded, ${nameOf(nonce)}`,
        server: recorded,
        file: recordedStore.requests(nonce),
        kind: nonce,
      },
      ...(go
        ? [{ name: `Go x/crypto, ${method}, signed`, server: go, file: peerRequests(plain), kind: plain }]
        : []),
    ];
    const results = await compare(contenders, count);
    for (const [i, { name }] of contenders.entries()) show(name, results[i] as Round);
    const [ofBare, keptBare, keptRecorded, signedBare, signedRecorded, ofGo] = results as [
      Round,
      Round,
      Round,
      Round,
      Round,
      Round | undefined,
    ];
    if (count === 1) continue;
    const withCount = count === 16 ? '' : `, ${count} connections`;
    for (const [what, of, to] of [
      ['kept', keptRecorded, keptBare],
      ['signed', signedRecorded, signedBare],
    ] as const) {
      const name = `${method}, ${what}, recorded : unrecorded${withCount}`;
      judge(name, of, to, 0.8, boundBySync(to, count));
    }
    if (count !== 16) continue;
    judge(`${method}, kept, unrecorded : bare node:http`, keptBare, ofBare, 0.9);
    if (ofGo !== undefined) {
      judge(`${method}, kept, unrecorded : Go signing each`, keptBare, ofGo, 2.5);
      judge(`${method}, kept, recorded : Go signing each`, keptRecorded, ofGo, 2.5);
      judge(`${method}, signed, unrecorded : Go signing each`, signedBare, ofGo, 1);
      judge(`${method}, signed, recorded : Go signing each`, signedRecorded, ofGo, 1);
    }
  }
}

if (parts.has('closed')) {
  say('16 connections, each closed after one answer');
  const one = (from: string, to: string): string => {
    const body = join(root, to);
    writeFileSync(body, Buffer.from(readFileSync(from, 'utf8').split('\n', 1)[0] ?? '', 'hex'));
    return body;
  };
  const ours = one(unrecordedStore.requests(NONCE_POST), 'ours.der');
  const theirs = one(peerRequests(NONCE_POST), 'theirs.der');
  const taken: { readonly ours: Round[]; readonly kept: Round[]; readonly theirs: Round[] } = {
    ours: [],
    kept: [],
    theirs: [],
  };
  for (let round = -1; round < rounds; round++) {
    // A new process each time: `openssl ocsp` spins for ever after a client closes a connection without sending data,
    // and ab does that at its end.
    const openssl = await startOpenssl(authority);
    const results = [
      await ab(unrecorded, ours, CLOSED_REQUESTS),
      await ab(recorded, ours, CLOSED_REQUESTS),
      await ab(openssl, theirs, CLOSED_REQUESTS),
    ] as const;
    await openssl.stop();
    if (round < 0) continue;
    taken.ours.push(results[0]);
    taken.kept.push(results[1]);
    taken.theirs.push(results[2]);
  }
  show('unrecorded, POST with nonce, signed', middle(taken.ours));
  show('recorded, POST with nonce, signed', middle(taken.kept));
  show('openssl ocsp, signed', middle(taken.theirs));
  judge('closed each time, signed, unrecorded : openssl ocsp', middle(taken.ours), middle(taken.theirs), 0.8);
  judge('closed each time, signed, recorded : openssl ocsp', middle(taken.kept), middle(taken.theirs), 0.8);
}

if (parts.has('paced')) say('At half of the greatest rate, 64 connections, open loop');
for (const [name, server, store, kind] of !parts.has('paced')
  ? []
  : ([
      ['unrecorded, kept', unrecorded, unrecordedStore, PLAIN_POST],
      ['recorded, kept', recorded, recordedStore, PLAIN_POST],
      ['recorded, signed', recorded, recordedStore, NONCE_POST],
    ] as const)) {
  const { rate } = await wrk(server, store.requests(kind), kind, 16, seconds);
  const paced = join(import.meta.dirname, 'ocsp/paced.ts');
  const output = await load([
    process.execPath,
    '--no-warnings',
    paced,
    String(server.port),
    store.requests(kind),
    String(Math.floor(rate / 2)),
    String(seconds),
  ]);
  const [p50 = 0, p99 = 0, failed = 0] = output.trim().split(' ').map(Number);
  show(name, { rate: rate / 2, p50, p99, failed, work: Number.NaN });
  verdicts.push({ what: `${name}: 10 × p50 : p99 at half rate`, ratio: (10 * p50) / p99, target: 1 });
}

for (const server of [bare, go, unrecorded, recorded]) await server?.stop();

if (parts.has('function')) {
  say('The function as Lambda calls it, no socket, signed');
  for (const mode of ['unrecorded', 'recorded'] as const) {
    const output = await load([
      process.execPath,
      '--no-warnings',
      join(import.meta.dirname, 'ocsp/handler.ts'),
      folder(mode),
      mode,
      String(seconds * 3),
    ]);
    const pairs = output
      .trim()
      .split('\n')
      .map((line) => line.split(' ').map(Number) as [number, number]);
    const ratios = pairs.map(([calls, signatures]) => calls / signatures).sort((a, b) => a - b);
    for (const [calls, signatures] of pairs) {
      const name = mode.padEnd(52);
      say(`  ${name}${Math.round(calls)} calls/s, ${Math.round(signatures)} bare signatures/s`);
    }
    const ratio = ratios[Math.floor(ratios.length / 2)] ?? Number.NaN;
    verdicts.push({ what: `handler, signed, ${mode} : bare signature`, ratio, target: 0.6 });
  }
}

if (parts.has('largest')) {
  say(`${SMALLEST} and ${largest} certificates, 16 connections, POST`);
  const many = await prepared(folder('many'), largest);
  say(`  the store of ${largest} was filled in ${Math.round(many.took)} s`);
  const small = await startNode(SERVER, folder('recorded'), 'recorded');
  const large = await startNode(SERVER, folder('many'), 'recorded');
  const kinds = [PLAIN_POST, NONCE_POST] as const;
  for (const kind of kinds) {
    const [few, lots] = (await compare(
      [
        { name: '', server: small, file: recordedStore.requests(kind), kind },
        { name: '', server: large, file: many.requests(kind), kind },
      ],
      16,
    )) as [Round, Round];
    show(`${SMALLEST}, ${nameOf(kind)}`, few);
    show(`${largest}, ${nameOf(kind)}`, lots);
    judge(`${nameOf(kind)}, ${largest} : ${SMALLEST} certificates`, lots, few, 0.8);
  }
  const more = (large.memory() - small.memory()) / largest;
  say(
    `  memory: ${Math.round(small.memory() / 1e6)} MB and ${Math.round(large.memory() / 1e6)} MB, ${Math.max(0, more).toFixed(1)} bytes a certificate`,
  );
  verdicts.push({
    what: '300 bytes a certificate : what it takes',
    ratio: 300 / Math.max(more, 1),
    target: 1,
  });
  await small.stop();
  await large.stop();
}

say();
say(`${'Target'.padEnd(62)}  ratio  at least           by processor time  the disk allows`);
for (const { what, ratio, target, byWork, bound } of verdicts) {
  const verdict = (ratio >= target ? 'met' : 'MISSED').padEnd(9);
  const work = (byWork === undefined ? '' : byWork.toFixed(2)).padStart(7);
  const most = bound === undefined ? '' : bound.toFixed(2).padStart(15);
  say(
    `${what.padEnd(62)}${ratio.toFixed(2).padStart(7)}${target.toFixed(1).padStart(9)}  ${verdict}${work}${most}`.trimEnd(),
  );
}

if (parts.has('profile') && verdicts.some(({ ratio, target }) => !(ratio >= target))) {
  for (const [mode, kind] of [
    ['unrecorded', PLAIN_POST],
    ['recorded', PLAIN_POST],
    ['recorded', NONCE_POST],
  ] as const) {
    const profiles = folder(`profile-${mode}-${kind.nonce}`);
    const store = mode === 'recorded' ? recordedStore : unrecordedStore;
    const server = await startServer([
      process.execPath,
      '--no-warnings',
      '--cpu-prof',
      `--cpu-prof-dir=${profiles}`,
      SERVER,
      folder(mode),
      mode,
    ]);
    await wrk(server, store.requests(kind), kind, 16, 3 * seconds);
    await server.stop();
    say();
    say(`Where the time of the server goes, ${mode}, ${nameOf(kind)}:`);
    for (const line of topOfProfile(profiles, 20)) say(`  ${line}`);
  }
}
process.exit(0);
