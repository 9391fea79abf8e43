import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { phrase } from '../lib/fault.ts';
import { Failure, usage } from './failure.ts';
import { readFileWithin } from './read-file.ts';

/** Who asks, and how the service learns it. */
export type Caller =
  /** `ca` is the trust anchor for the plain address, where it is not one of Node's. */
  | { readonly by: 'nothing'; readonly ca?: string }
  | { readonly by: 'token'; readonly token: string }
  | { readonly by: 'certificate'; readonly principal: string; readonly tls: ClientTls };

/** PEM. `ca` is the trust anchor for the service's own TLS certificate. */
export interface ClientTls {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

const MAX_CREDENTIAL_BYTES = 65_536;

/** `<credentials>/<principal>/{key.pem,cert.pem,ca.pem}`, as the service wrote them for its principals. */
export const readCredentials = async (credentials: string, principal: string): Promise<ClientTls> => {
  if (!/^[a-z0-9-]{1,64}$/.test(principal)) {
    throw usage('A principal is named by 1 to 64 lower-case letters, digits and hyphens.');
  }
  const folder = join(credentials, principal);
  const read = async (name: string): Promise<string> =>
    (await readFileWithin(join(folder, name), MAX_CREDENTIAL_BYTES)).toString('utf8');
  const assertPrivate = async (file: string): Promise<void> => {
    const mode = await modeOf(file);
    if ((mode & OTHERS) === 0) return;
    throw usage(
      phrase`The private key ${file} is not used: others on this machine may read it (mode ${mode.toString(8)}).`,
      phrase`Give it to its owner alone: chmod 600 ${file}`,
    );
  };
  await assertPrivate(join(folder, 'key.pem'));
  try {
    return { key: await read('key.pem'), cert: await read('cert.pem'), ca: await read('ca.pem') };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw usage(
      phrase`There are no credentials of "${principal}" in ${folder}. ${error.phrase}`,
      "Name a principal whose key.pem, cert.pem and ca.pem are there, or the service's data folder with --data (DATA_DIR), or put them there: akashi --help.",
    );
  }
};

/** All rights of the group and of everybody else. */
const OTHERS = 0o077;

/** The rights of a file; none where there is no such file, or where the system has no such rights. */
const modeOf = async (file: string): Promise<number> => {
  if (process.platform === 'win32') return 0;
  const there = await stat(file).catch(() => undefined);
  return there?.isFile() ? there.mode & 0o777 : 0;
};
