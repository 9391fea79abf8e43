import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { certifyApplicant, readApplicant } from '../functions/tasks/principal-certificate.ts';
import { generatePrivateKey, softwareSigner } from '../lib/keys/keys.ts';
import { copyCredentials } from './demonstration-people.ts';
import { csrBy } from './registration/csr.ts';
import type { Service } from './service.ts';

/** A folder for each principal. The keys of the first operators are made now, as the persons themselves do. */
export const credentialsOfAll = async (
  { core, trustDomain, folder: data }: Service,
  folder: string,
): Promise<void> => {
  copyCredentials(data, folder);
  for (const { id } of trustDomain.operators) {
    const key = await generatePrivateKey('ecdsa-p256-sha256');
    const csr = await csrBy(softwareSigner('ecdsa-p256-sha256', key));
    const applicant = await readApplicant(trustDomain, { principal: id, csr });
    const chain = await certifyApplicant(core, trustDomain, applicant, []);
    const place = join(folder, id);
    await mkdir(place, { recursive: true, mode: 0o700 });
    const write = (name: string, text: string) => writeFile(join(place, name), text, { mode: 0o600 });
    await write('key.pem', key.export({ type: 'pkcs8', format: 'pem' }) as string);
    await write('cert.pem', chain);
    await write('ca.pem', chain.slice(chain.lastIndexOf('-----BEGIN')));
  }
};
