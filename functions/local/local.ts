import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Core, compose } from '../../lib/app.ts';
import { type LocalEnv, readEnv } from '../../lib/env.ts';
import { Fault } from '../../lib/fault.ts';
import { openSealedKeys } from '../../lib/keys/sealed.ts';
import type { Clock, Log } from '../../lib/ports.ts';
import { openFileBucket } from '../../lib/store/file-bucket.ts';
import { openSqliteTable } from '../../lib/store/sqlite.ts';
import { readTrustDomain, type TrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import { errorFacts } from '../http/problems.ts';
import { random } from '../random.ts';
import { routes } from '../routes/routes.ts';
import { keepHouse, type LocalTask, runTask, TASKS, type TaskName } from '../tasks/housekeeping.ts';
import { witnessesAt } from '../witness/client.ts';
import { doorCredentials, principalCredentials } from './credentials.ts';
import { openDataDir } from './data-dir.ts';
import { assertFree } from './free-port.ts';
import { type Served, serve } from './server.ts';
import { explain } from './start-up-error.ts';
import { writeWhole } from './whole-file.ts';

/** The service as one process on one machine, with embedded storage. */

const clock: Clock = () => Date.now();

/** What is said to the person at the terminal goes to stdout as plain lines; the log goes to stderr as JSON lines. */
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const log: Log = (level, message, facts = {}) => {
  process.stderr.write(
    `${JSON.stringify({ time: new Date(clock()).toISOString(), level, message, ...facts })}\n`,
  );
};

/** How often the service looks whether something is due. */
const HOUSEKEEPING_MS = 15_000;

/** How often it looks for what is due once a year or once a day. */
const YEARLY_MS = 3_600_000;
/** How often it looks whether the certificate of its TLS door is due. */
const DOOR_MS = 3_600_000;
/** How long the sequencer rests between two runs; a record has its leaf within two seconds. */
const SEQUENCING_MS = 500;

const DEMONSTRATION = 'demonstration';

const loadTrustDomain = async (path: string): Promise<{ trustDomain: TrustDomain; text: string }> => {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const message = `TRUST_DOMAIN must be the path of a trust domain file; ${path} cannot be read.`;
    throw new Fault('configuration-invalid', message, { path }, { cause });
  }
  return { trustDomain: readTrustDomain(text), text };
};

/** From the environment; made and kept only for the demonstration domain, with a plain warning. */
const passphraseOf = async (env: LocalEnv, trustDomain: TrustDomain, dataDir: string): Promise<string> => {
  if (env.AKASHI_PASSPHRASE !== undefined) return env.AKASHI_PASSPHRASE;
  if (trustDomain.name !== DEMONSTRATION) {
    throw new Fault(
      'configuration-invalid',
      'AKASHI_PASSPHRASE must be set: the CA keys of this trust domain are sealed under it.',
    );
  }
  const path = join(dataDir, 'demonstration-passphrase');
  say(
    `WARNING: AKASHI_PASSPHRASE is not set. The keys are sealed under a generated passphrase, kept in ${path}:`,
  );
  say(
    '         whoever can read that folder can use the CA keys. This will do for a demonstration and nothing else.',
  );
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const passphrase = Buffer.from(random(24)).toString('base64url');
  // Whole and durable before the first key is sealed under it; the table's lock keeps other processes away.
  await writeWhole(path, `${passphrase}\n`);
  return passphrase;
};

/** A file that has changed in its place is gone from there: the one in force is kept beside the data, to start with. */
const applyTrustDomain = async (core: Core, path: string, inForce: string): Promise<void> => {
  try {
    await core.authority.holdCeremony((step) => say(`  ${step}`));
  } catch (error) {
    if (!Fault.is(error, 'trust-domain-changed')) throw error;
    const message = [
      `${path} is neither the trust domain file in force nor one that two operators have approved to follow it.`,
      'To change the trust domain, start with the file in force:',
      `  TRUST_DOMAIN=${inForce} npm start`,
      'have the changed one proposed by one operator and approved by another:',
      `  npx akashi config propose ${path} --as OPERATOR`,
      '  npx akashi config approve ID --as ANOTHER',
      `and start again with TRUST_DOMAIN=${path}. For another trust domain choose another DATA_DIR.`,
    ].join('\n');
    throw new Fault(error.code, message, error.facts, { cause: error });
  }
};

/**
 * What the task did, or undefined where it failed: a CA that cannot do its part now does not keep the service from
 * starting, and housekeeping tries again.
 */
const attempt = async (name: TaskName, core: Core): Promise<readonly string[] | undefined> => {
  try {
    return await TASKS[name](core);
  } catch (error) {
    log('error', `Housekeeping failed: ${name}`, errorFacts(error));
    return undefined;
  }
};

/** Says what the last run left, and finishes it. */
const recover = async (core: Core, unclean: boolean): Promise<void> => {
  const finished = await attempt('recovery', core);
  if (finished && finished.length > 0) {
    say(`Recovered: ${finished.length} interrupted issuance(s) finished (${finished.join(', ')}).`);
  } else if (finished && unclean) {
    say('Recovered: the last run did not stop by itself; it left nothing unfinished.');
  }
  const published = await attempt('publication', core);
  if (published && published.length > 0) say(`CRLs published: ${published.join(', ')}.`);
  const renewed = await attempt('responders', core);
  if (renewed && renewed.length > 0) say(`OCSP responders renewed: ${renewed.join(', ')}.`);
  await runTask('sequencing', core, log);
};

/** The door's certificate lives for 90 days, the service perhaps longer: it is renewed, and shown, while it runs. */
const keepDoor = (renew: () => Promise<void>): { stop(): void } => {
  const timer = setInterval(() => {
    renew().catch((error: unknown) => {
      log(
        'error',
        'The certificate of the TLS door could not be renewed; it is tried again',
        errorFacts(error),
      );
    });
  }, DOOR_MS);
  return { stop: () => clearInterval(timer) };
};

/** Three commands that work as they stand, in a shell of their own. */
const nextCommands = (env: LocalEnv, trustDomain: TrustDomain, served: Served): readonly string[] => {
  const officer = trustDomain.principals.find(({ role }) => role === 'officer');
  const auditor = trustDomain.principals.find(({ role }) => role === 'auditor');
  const where = [
    ...(served.port === 8080 ? [] : [`AKASHI_URL=http://localhost:${served.port}`]),
    ...(served.tlsPort === 8443 ? [] : [`AKASHI_TLS_URL=https://localhost:${served.tlsPort}`]),
    ...(env.DATA_DIR === './data' ? [] : [`DATA_DIR=${env.DATA_DIR}`]),
  ];
  return [
    'npm run demo',
    `npx akashi requests --as ${officer?.id}`,
    `npx akashi provisions --as ${auditor?.id}`,
  ].map((command) => [...where, command].join(' '));
};

const main = async (): Promise<void> => {
  const env = readEnv(process.env);
  const { trustDomain, text } = await loadTrustDomain(env.TRUST_DOMAIN);
  const dataDir = resolve(env.DATA_DIR);
  const warning = await openDataDir(dataDir);
  if (warning !== undefined) say(`WARNING: ${warning}`);
  const table = await openSqliteTable(join(dataDir, 'table.sqlite'));
  // Before anything is made: the first start puts the port's number into certificates, for as long as they live.
  for (const port of [env.PORT, env.TLS_PORT]) await assertFree(env.HOST, port);

  const marker = join(dataDir, 'running');
  const unclean = await access(marker).then(
    () => true,
    () => false,
  );
  await writeFile(marker, `${process.pid}\n`);

  const keys = await openSealedKeys({
    folder: join(dataDir, 'keys'),
    passphrase: await passphraseOf(env, trustDomain, dataDir),
    random,
  });
  const core = compose({
    trustDomain,
    trustDomainText: text,
    publicUrls: [env.PUBLIC_URL],
    table,
    bucket: await openFileBucket(join(dataDir, 'objects')),
    keys,
    responderKeys: keys,
    clock,
    random,
    log,
    logOrigin: env.LOG_ORIGIN,
    witnesses: witnessesAt(env.LOG_WITNESSES),
    witnessThreshold: env.LOG_WITNESS_THRESHOLD,
  });

  const inForce = join(dataDir, 'trust-domain.json');
  await applyTrustDomain(core, env.TRUST_DOMAIN, inForce);
  await writeWhole(inForce, text);
  await recover(core, unclean);
  // DynamoDB deletes by itself the rows whose time has passed; this table has to be asked.
  const expiry: LocalTask = {
    name: 'expiry',
    act: async () => {
      const rows = await table.purgeExpired(Math.floor(clock() / 1000));
      return rows === 0 ? [] : [`${rows} rows`];
    },
  };
  await runTask(expiry, core, log);
  const credentials = join(dataDir, 'credentials');
  const made = await principalCredentials(core, credentials, trustDomain, clock);
  if (made.length > 0) say(`  credentials made for ${made.join(', ')}`);
  const openDoor = () => doorCredentials(core, join(dataDir, 'door'), trustDomain, env.PUBLIC_URL, clock);
  const door = await openDoor();

  const app = await core.open({
    embedded: {
      signer: await core.tokenIssuerKey(),
      issuer: env.PUBLIC_URL,
      audience: env.PUBLIC_URL,
    },
  });
  const served = await serve({
    app,
    routes,
    host: env.HOST,
    port: env.PORT,
    tlsPort: env.TLS_PORT,
    tls: { key: door.key, cert: door.cert, ca: [door.ca] },
    clock,
    log,
  });
  const house = [
    keepHouse(core, log, ['publication', 'responders', 'recovery'], HOUSEKEEPING_MS),
    keepHouse(core, log, ['sequencing'], SEQUENCING_MS),
    keepHouse(core, log, ['reports', 'retention', expiry], YEARLY_MS),
  ];

  const keptDoor = keepDoor(async () => {
    const { made, key, cert, ca } = await openDoor();
    if (made) served.renew({ key, cert, ca: [ca] });
  });

  // Before anybody is told that it listens, and may ask it to stop.
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    say(`${signal}: finishing what is under way.`);
    keptDoor.stop();
    await served.stop();
    await Promise.all(house.map((tasks) => tasks.stop()));
    // What was recorded last is in the log before its files are at rest.
    await runTask('sequencing', core, log);
    await table.close();
    await rm(marker, { force: true });
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, (received) => {
      stop(received).catch((error: unknown) => {
        log('error', 'Could not stop cleanly', { error: String(error) });
        process.exit(1);
      });
    });
  }

  say(`Akashi listens, trust domain "${trustDomain.name}" (${trustDomain.title.ja}):`);
  say(
    `  http://localhost:${served.port}    CA certificates, CRLs, OCSP; the API with a token, from this machine only`,
  );
  say(`  https://localhost:${served.tlsPort}   the API with a client certificate`);
  say(`Credentials, one folder for each principal: ${credentials}`);
  for (const { id, role, office, name } of trustDomain.principals) {
    say(`  ${id.padEnd(24)} ${role}${office === undefined ? '' : ` of ${office}`}, ${name.ja}`);
  }
  const logKey = await app.transparencyLog.verifierKey().catch(() => undefined);
  if (logKey !== undefined) say(`Verifier key of the log, for auditors to keep: ${logKey}`);
  say('Try next:');
  for (const command of nextCommands(env, trustDomain, served)) say(`  ${command}`);
};

main().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
});
