import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { compose } from '../../lib/app.ts';
import { readEnv } from '../../lib/env.ts';
import { openDataKeyFiles } from '../../lib/keys/data-key-files.ts';
import { openSealedKeys, sessionKeysOf } from '../../lib/keys/sealed.ts';
import { openFileBucket } from '../../lib/store/file-bucket.ts';
import { openSqliteTable } from '../../lib/store/sqlite.ts';
import { markBucketFormat } from '../../lib/store/store.ts';
import { openTableObjects } from '../../lib/store/table-objects.ts';
import { addPeriod } from '../../lib/trust-domain/trust-domain.ts';
import { errorFacts } from '../http/problems.ts';
import { pages } from '../pages/pages.ts';
import { random } from '../random.ts';
import { routes } from '../routes/routes.ts';
import { keepHouse, type LocalTask, runTask } from '../tasks/housekeeping.ts';
import { witnessesAt } from '../witness/client.ts';
import { openBackground } from './background.ts';
import { openControl } from './backup/control.ts';
import { openGate } from './backup/gate.ts';
import { assertNotRestoring } from './backup/interrupted.ts';
import {
  CERTIFICATES_FOLDER,
  DATA_KEYS_FOLDER,
  DOOR_FOLDER,
  KEYS_FOLDER,
  OBJECTS_FOLDER,
  PERSONAL_FILE,
  PROOFS_FILE,
  TABLE_FILE,
  TRUST_DOMAIN_FILE,
} from './backup/names.ts';
import { assertDoor, clientCasOf, doorCredentials } from './credentials.ts';
import { openDataDir } from './data-dir.ts';
import { watchDisk } from './disk-floor.ts';
import { assertFree } from './free-port.ts';
import { connectionsWithin } from './limits.ts';
import { type AskedOperator, assertBothPresent, enrolOperator } from './new-operator.ts';
import { demonstrationPassphrase, statedPassphrase } from './passphrase.ts';
import { openPrincipals } from './principals.ts';
import { publicUrlOf } from './public-url.ts';
import { recover } from './recover.ts';
import { requestsFolder } from './requests.ts';
import { markRunning } from './running-mark.ts';
import { serve } from './server.ts';
import { startUpErrorText } from './start-up-error.ts';
import { startUpLines } from './start-up-lines.ts';
import { clock, log, say } from './terminal.ts';
import { applyTrustDomain, loadTrustDomain } from './trust-domain-file.ts';
import { writeWhole } from './whole-file.ts';

/** The service as one process on one machine, with embedded storage. */

const STOPS = ['SIGTERM', 'SIGINT'] as const;

/** How often the service looks for CRLs, responders and interrupted work that are due. */
const HOUSEKEEPING_MS = 15_000;
/** How often it looks for what was prepared for a moment that has come. */
const DUE_MS = 60_000;
/** How often it looks for revocations and holds that somebody erased from the table. */
const CLOSINGS_MS = 60_000;
/** How often it looks for work on files of requests. */
const BATCHES_MS = 50;
/** How often it looks for tasks that are due once a day or once a year. */
const DAILY_MS = 3_600_000;
/** How often it looks for months of personal data that are over, and for erasures that are not complete. */
const ENDINGS_MS = 300_000;
/** How often it looks whether the certificate of its TLS door is due. */
const DOOR_MS = 3_600_000;
/** How long the sequencer rests between two runs. A record has its leaf within two seconds. */
const SEQUENCING_MS = 500;

/** Takes back what says that the service runs, for a start that comes to nothing. */
let unmark = async (): Promise<void> => {};

/** A start that somebody ends leaves what a start that is refused leaves. The signal then does what it does to any process. */
const endStart = (signal: NodeJS.Signals): void => {
  unmark().finally(() => {
    process.kill(process.pid, signal);
    // The first process of a container is not ended by a signal that it does not handle.
    setTimeout(() => process.exit(1), 100);
  });
};

const main = async (asked: readonly string[], newOperator: AskedOperator | undefined): Promise<void> => {
  // All files and folders are for this user alone, whichever code or library makes them.
  process.umask(0o077);
  for (const signal of STOPS) process.once(signal, endStart);
  const env = readEnv(process.env);
  const { trustDomain, text } = await loadTrustDomain(env.TRUST_DOMAIN);
  if (newOperator) assertBothPresent(trustDomain, newOperator);
  const publicUrl = publicUrlOf(env, trustDomain);
  assertDoor(trustDomain, publicUrl);
  const stated = await statedPassphrase(env, trustDomain);
  const dataDir = resolve(env.DATA_DIR);
  const principals = await openPrincipals(env, { trustDomain, text }, asked);
  const warning = await openDataDir(dataDir);
  if (warning !== undefined) say(`WARNING: ${warning}`);
  await assertNotRestoring(dataDir);
  const table = await openSqliteTable(join(dataDir, TABLE_FILE));
  // Checked before anything is made: the first start puts the port's number into certificates.
  for (const port of [env.PORT, env.TLS_PORT]) await assertFree(env.HOST, port);

  const mark = await markRunning(dataDir);
  unmark = mark.takeBack;

  const keys = await openSealedKeys({
    folder: join(dataDir, KEYS_FOLDER),
    passphrase: stated ?? (await demonstrationPassphrase(dataDir)),
    random,
  });
  const dataKeys = await openDataKeyFiles({
    folder: join(dataDir, DATA_KEYS_FOLDER),
    sealedBy: keys,
    random,
  });
  const personal = await openSqliteTable(join(dataDir, PERSONAL_FILE));
  const files = await openFileBucket(join(dataDir, OBJECTS_FOLDER));
  const proofs = await openSqliteTable(join(dataDir, PROOFS_FILE));
  const gate = openGate(files, openTableObjects(proofs));
  const { bucket, objects } = gate;
  await markBucketFormat(bucket);
  const background = openBackground();
  const core = compose({
    trustDomain,
    trustDomainText: text,
    publicUrls: [publicUrl],
    table,
    personal,
    dataKeys,
    bucket,
    objects,
    keys,
    actKeys: keys,
    responderKeys: keys,
    sessionKeys: sessionKeysOf(keys),
    clock,
    random,
    log,
    logOrigin: env.LOG_ORIGIN,
    witnesses: witnessesAt(env.LOG_WITNESSES),
    witnessThreshold: env.LOG_WITNESS_THRESHOLD,
    background: background.later,
  });

  await principals.assertMayAsk(objects);
  const inForce = join(dataDir, TRUST_DOMAIN_FILE);
  await applyTrustDomain(core, env.TRUST_DOMAIN, inForce, principals.keysFor);
  await writeWhole(inForce, text);
  await recover(core, mark.unclean);
  // DynamoDB deletes expired rows by itself; these tables have to be asked.
  const expiry: LocalTask = {
    name: 'expiry',
    run: async () => {
      const now = Math.floor(clock() / 1000);
      const rows = (await table.purgeExpired(now)) + (await personal.purgeExpired(now));
      return rows === 0 ? [] : [`${rows} rows`];
    },
  };
  const endings: LocalTask = { name: 'endings', run: core.personalRetention.enforce };
  await runTask(expiry, core, log);
  const { steps, lines } = await principals.certify(core, objects, clock);
  for (const step of steps) say(`  ${step}`);
  if (newOperator) {
    const folders = {
      requests: resolve(requestsFolder(env.TRUST_DOMAIN)),
      certificates: join(dataDir, CERTIFICATES_FOLDER),
    };
    say(`  ${await enrolOperator(core, { trustDomain, text }, newOperator, folders)}`);
  }
  const openDoor = async () => {
    const own = await doorCredentials(core, join(dataDir, DOOR_FOLDER), trustDomain, publicUrl, clock);
    return { ...own, clientCas: await clientCasOf(core, trustDomain, own.ca) };
  };
  const door = await openDoor();

  const disk = watchDisk({ folders: [dataDir, join(dataDir, OBJECTS_FOLDER)], floor: env.DISK_FLOOR, log });
  await disk.look();
  const opened = await core.open({
    embedded: {
      signer: await core.tokenIssuerKey(),
      issuer: publicUrl,
      audience: publicUrl,
    },
  });
  const app = { ...opened, disk };
  const served = await serve({
    app,
    routes: [...routes, ...pages],
    host: env.HOST,
    port: env.PORT,
    tlsPort: env.TLS_PORT,
    tls: { key: door.key, cert: door.cert, ca: door.clientCas },
    clock,
    log,
    limits: { rate: env.SOURCE_RATE, connections: connectionsWithin(openFiles()) },
    sources: { proxies: env.TRUSTED_PROXIES, rates: env.SOURCE_RATES },
    disk,
  });
  const copiesEnd = (made: number) =>
    addPeriod(new Date(made), trustDomain.retention.dataKeyCopies).getTime();
  const control = await openControl({ dataDir, table, personal, proofs, gate, copiesEnd, clock }, log);
  const house = [
    keepHouse(core, log, ['publication', 'responders', 'recovery'], HOUSEKEEPING_MS),
    keepHouse(core, log, ['due'], DUE_MS),
    keepHouse(core, log, ['closings'], CLOSINGS_MS),
    keepHouse(core, log, ['sequencing'], SEQUENCING_MS),
    keepHouse(core, log, ['batches'], BATCHES_MS),
    keepHouse(core, log, [endings], ENDINGS_MS),
    keepHouse(core, log, ['reports', 'retention', expiry], DAILY_MS),
  ];

  const renewal = renewRegularly(async () => {
    const { made, key, cert, clientCas } = await openDoor();
    if (made) served.renew({ key, cert, ca: clientCas });
  });

  // Set up before the lines below say that the service listens: somebody may then stop it at once.
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    say(`${signal}: finishing what is under way.`);
    renewal.stop();
    disk.stop();
    await control?.close();
    await served.stop();
    await Promise.all(house.map((tasks) => tasks.stop()));
    await background.settled();
    // The last records get their leaves before the files are closed.
    await runTask('sequencing', core, log);
    await table.close();
    await personal.close();
    await proofs.close();
    await mark.remove();
    process.exit(0);
  };
  for (const signal of STOPS) {
    process.off(signal, endStart);
    process.once(signal, (received) => {
      stop(received).catch((error: unknown) => {
        log('error', 'Could not stop cleanly', { error: String(error) });
        process.exit(1);
      });
    });
  }

  for (const line of await startUpLines(app, env, trustDomain, served, lines, principals.isShipped))
    say(line);
};

/** How many files this process may have open; Node has raised the limit as far as it may. */
const openFiles = (): number => {
  // The report would look up the name of every peer.
  Object.assign(process.report, { excludeNetwork: true });
  const { userLimits } = process.report.getReport() as {
    readonly userLimits?: { readonly open_files: { readonly soft: number | 'unlimited' } };
  };
  return Number(userLimits?.open_files.soft ?? 'unlimited') || Number.POSITIVE_INFINITY;
};

/** The service may run for longer than the 90 days of its TLS certificate, so it renews it while it runs. */
const renewRegularly = (renew: () => Promise<void>): { stop(): void } => {
  const timer = setInterval(() => {
    renew().catch((error: unknown) => {
      log(
        'error',
        'The certificate of the TLS door could not be renewed; the service tries again',
        errorFacts(error),
      );
    });
  }, DOOR_MS);
  return { stop: () => clearInterval(timer) };
};

const USAGE = `usage: npm start
       npm start -- --new-credentials PRINCIPAL
       npm start -- --enrol-operator ID --present PERSON --present PERSON [--person NAME]

The service as one process. Variables of the environment set it up:
HOST, PORT, TLS_PORT, DATA_DIR, PUBLIC_URL, TRUST_DOMAIN, AKASHI_PASSPHRASE and others; README.md describes each.

  --new-credentials PRINCIPAL   in the demonstration: make a new key and certificate for this principal, in place of those in
                                its folder; may be repeated. The old certificate keeps its status: revoke it if its key is lost.
  --enrol-operator ID           where no two operators are left: both persons of the ceremony, who are at this machine, enrol an
                                operator under an id that nobody has had. The request stands beside the trust domain's file:
                                docs/runbook.md, "No second operator is left".
  --present PERSON              a person of the ceremony; given twice, once for each
  --person NAME                 the human behind the id, where records know the person by another id; else the id
`;

const readArguments = () => {
  try {
    return parseArgs({
      options: {
        help: { type: 'boolean', short: 'h' },
        'new-credentials': { type: 'string', multiple: true },
        'enrol-operator': { type: 'string' },
        present: { type: 'string', multiple: true },
        person: { type: 'string' },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
};

const {
  help,
  'new-credentials': asked = [],
  'enrol-operator': operator,
  present = [],
  person,
} = readArguments();
if (help) {
  process.stdout.write(USAGE);
  process.exit(0);
}

if (operator === undefined && (present.length > 0 || person !== undefined)) {
  process.stderr.write(`--present and --person belong to --enrol-operator.\n\n${USAGE}`);
  process.exit(2);
}

main(asked, operator === undefined ? undefined : { principal: operator, person, present }).catch(
  async (error: unknown) => {
    await unmark();
    process.stderr.write(`${startUpErrorText(error)}\n`);
    process.exit(1);
  },
);
