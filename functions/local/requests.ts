import { constants } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { assertOneOwnerEach } from '../../lib/authority/authority.ts';
import { Fault, joined, phrase } from '../../lib/fault.ts';
import { MAX_CSR_BYTES } from '../../lib/pki/pki.ts';
import type { TrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import {
  type Applicant,
  type NewOperator,
  type OperatorRequest,
  readApplicant,
  readOperator,
} from '../tasks/principal-certificate.ts';

/*
 * The certification requests of principals, beside the file of the trust domain: `office.json` has them in `office.requests`,
 * a file `{principal}.csr` in PEM for each. A file makes nobody a principal. Only the ceremony that brings a principal reads
 * its request, and the record of that ceremony names the key.
 */

const SUFFIX = '.csr';

/** PEM has a third more characters than bytes, and may have text around it. */
const MOST_BYTES = 4 * MAX_CSR_BYTES;

export const requestsFolder = (trustDomainPath: string): string =>
  join(dirname(trustDomainPath), `${basename(trustDomainPath, extname(trustDomainPath))}.requests`);

/** Undefined where there is no request. Faults: `configuration-invalid`, `input-too-large`, and those of `readApplicant`. */
export const readRequest = async (
  folder: string,
  trustDomain: TrustDomain,
  principal: string,
): Promise<Applicant | undefined> => {
  const path = join(folder, `${principal}${SUFFIX}`);
  const csr = await textOf(path);
  return csr === undefined ? undefined : taken(path, readApplicant(trustDomain, { principal, csr }));
};

/** The request of an operator whom the file does not name. Faults: `configuration-invalid` where there is none; as above. */
export const readOperatorRequest = async (
  folder: string,
  trustDomain: TrustDomain,
  { principal, person }: Pick<OperatorRequest, 'principal' | 'person'>,
): Promise<NewOperator> => {
  const path = join(folder, `${principal}${SUFFIX}`);
  // The name of a file is no path to another folder.
  const csr = /^[a-z0-9-]{1,40}$/.test(principal) ? await textOf(path) : undefined;
  if (csr !== undefined) return taken(path, readOperator(trustDomain, { principal, csr, person }));
  throw new Fault(
    'configuration-invalid',
    phrase`The certification request of the operator is missing: ${path}. The operator makes it with akashi credentials request ${principal} --out FOLDER.`,
    { path },
  );
};

const taken = async <T>(path: string, reading: Promise<T>): Promise<T> => {
  try {
    return await reading;
  } catch (error) {
    if (!Fault.is(error)) throw error;
    const message = phrase`The certification request ${path} is not taken. ${error.phrase}`;
    throw new Fault(error.code, message, { ...error.facts, path }, { cause: error });
  }
};

/**
 * The requests of the principals that a file brings. Both persons of its ceremony must have one if they are among them. Faults:
 * `configuration-invalid` where one is missing, or a request of the first file is for nobody in it; `duplicate-key` for a key
 * in two requests; and those of `readRequest`.
 */
export const readRequests = async (
  folder: string,
  trustDomain: TrustDomain,
  added: readonly string[],
): Promise<readonly Applicant[]> => {
  const isFirst = trustDomain.operators.every(({ id }) => added.includes(id));
  if (isFirst) await assertKnown(folder, added);
  const applicants: Applicant[] = [];
  for (const id of added) {
    const applicant = await readRequest(folder, trustDomain, id);
    if (applicant) applicants.push(applicant);
  }
  assertOneOwnerEach(applicants);
  const missing = trustDomain.ceremony.persons.filter(
    (id) => added.includes(id) && !applicants.some(({ principal }) => principal === id),
  );
  if (missing.length > 0) throw personsMissing(folder, missing);
  return applicants;
};

/** A misspelt name would leave its principal without a certificate, and nobody would see why. */
const assertKnown = async (folder: string, known: readonly string[]): Promise<void> => {
  const names = await readdir(folder).catch(absent);
  const unknown = names?.find((name) => name.endsWith(SUFFIX) && !known.includes(basename(name, SUFFIX)));
  if (unknown === undefined) return;
  throw new Fault(
    'configuration-invalid',
    phrase`The certification request ${join(folder, unknown)} is for nobody: the trust domain has no principal of that id. Rename it or take it away.`,
    { path: join(folder, unknown) },
  );
};

const personsMissing = (folder: string, missing: readonly string[]): Fault => {
  const [id = ''] = missing;
  return new Fault(
    'configuration-invalid',
    joined(
      [
        phrase`Nothing is made before both persons of the ceremony ask for their certificates. Requests are missing of: ${missing.join(', ')}.`,
        phrase`The service makes no key for a person. Each makes a key and a certification request where the key will be used, by one of:`,
        phrase`  npx akashi credentials request ${id} --out FOLDER`,
        phrase`  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -subj /CN=${id} -out request.csr`,
        phrase`Each hands over the request, and never the key, for ${missing.map((one) => join(folder, `${one}${SUFFIX}`)).join(', ')}. Then start again.`,
      ],
      '\n',
    ),
    { folder, missing },
  );
};

const absent = (error: NodeJS.ErrnoException): undefined => {
  if (error.code === 'ENOENT') return undefined;
  throw error;
};

const textOf = async (path: string): Promise<string | undefined> => {
  let handle: FileHandle | undefined;
  try {
    // A pipe would otherwise keep the start waiting for a writer.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!(await handle.stat()).isFile()) throw unreadable(path);
    const buffer = Buffer.alloc(MOST_BYTES + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length === buffer.length) break;
    }
    if (length <= MOST_BYTES) return buffer.toString('latin1', 0, length);
    throw new Fault(
      'input-too-large',
      phrase`The certification request ${path} has more than the ${MOST_BYTES} bytes that are taken.`,
      { path, limit: MOST_BYTES },
    );
  } catch (error) {
    if (Fault.is(error)) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (code === 'ENOENT') return undefined;
    throw unreadable(path, error);
  } finally {
    await handle?.close();
  }
};

const unreadable = (path: string, cause?: unknown): Fault =>
  new Fault(
    'configuration-invalid',
    phrase`The certification request ${path} must be a file that this user can read.`,
    { path },
    { cause },
  );
