import crypto, { randomBytes, type ScryptOptions } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { openSealedKeys } from '../lib/keys/sealed.ts';

/**
 * Stretching the passphrase takes half a second, on purpose, and services are opened some hundreds of times in a run.
 * All services of the tests have one passphrase and one salt, and so one result of scrypt. It stands in the environment:
 * every process of a run finds it there, those that tests start included. The key store knows nothing of this, and
 * test/keys/sealed.test.ts tests it without.
 */
const PASSPHRASE = '試験用の合言葉';
const SALT = crypto.hash('sha256', 'the salt of all tests', 'buffer');
const RESULT = 'AKASHI_TESTS_SCRYPT';

type Done = (error: Error | null, key: Buffer) => void;
const { scrypt } = crypto;

const scryptOnce = (
  passphrase: Uint8Array,
  salt: Uint8Array,
  bytes: number,
  options: ScryptOptions,
  done: Done,
): void => {
  const asked = `${crypto.hash('sha256', JSON.stringify([[...passphrase], [...salt], bytes, options]))} `;
  const found = process.env[RESULT];
  if (found?.startsWith(asked)) {
    setImmediate(done, null, Buffer.from(found.slice(asked.length), 'hex'));
    return;
  }
  scrypt(passphrase, salt, bytes, options, (error, key) => {
    if (!error && SALT.equals(salt)) process.env[RESULT] = `${asked}${key.toString('hex')}`;
    done(error, key);
  });
};

Object.assign(crypto, { scrypt: scryptOnce });
syncBuiltinESMExports();

/** The sealed key store of a service in tests. */
export const openTestKeys = (folder: string) =>
  openSealedKeys({
    folder,
    passphrase: PASSPHRASE,
    // The salt is the only thing of that length which the store asks for.
    random: (n) => (n === SALT.length ? SALT : randomBytes(n)),
  });
