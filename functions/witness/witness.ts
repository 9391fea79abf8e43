import { randomBytes } from 'node:crypto';
import { chmod, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readFunctionEnv, WitnessEnv } from '../../lib/env.ts';
import { Fault } from '../../lib/fault.ts';
import { openSealedKeys } from '../../lib/keys/sealed.ts';
import type { Log } from '../../lib/ports.ts';
import { openSqliteTable } from '../../lib/store/sqlite.ts';
import { openWitness, trustedLog } from '../../lib/tlog/tlog.ts';
import { givenPassphrase } from '../passphrase-file.ts';
import { serveWitness } from './server.ts';

/** A witness as one process. A party other than the log's operator runs it, at another site. */

const log: Log = (level, message, facts = {}) => {
  process.stderr.write(
    `${JSON.stringify({ time: new Date(Date.now()).toISOString(), level, message, ...facts })}\n`,
  );
};

const main = async (): Promise<void> => {
  // All files and folders are for this user alone.
  process.umask(0o077);
  const env = readFunctionEnv(WitnessEnv, process.env);
  // The environment gives one, by itself or in a file.
  const passphrase = (await givenPassphrase(env)) as string;
  const folder = resolve(env.DATA_DIR);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const table = await openSqliteTable(join(folder, 'witness.sqlite'));
  const keys = await openSealedKeys({
    folder: join(folder, 'keys'),
    passphrase,
    random: (n) => randomBytes(n),
  });
  const witness = openWitness({
    table,
    signer: await keys.create('witness', 'ed25519'),
    name: env.WITNESS_NAME,
    logs: env.WITNESS_LOGS.map((vkey) => trustedLog([vkey])),
    clock: () => Date.now(),
    log,
  });
  const served = await serveWitness(witness, { host: env.HOST, port: env.PORT, log });
  process.stdout.write(`The witness listens at http://localhost:${served.port}; its verifier key is\n`);
  process.stdout.write(`  ${witness.vkey}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      served
        .close()
        .then(() => table.close())
        .then(() => process.exit(0))
        .catch(() => process.exit(1));
    });
  }
};

main().catch((error: unknown) => {
  process.stderr.write(`${Fault.is(error) ? error.message : (error as Error).stack}\n`);
  process.exit(1);
});
