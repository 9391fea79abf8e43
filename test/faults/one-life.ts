import { hash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import type { Signer } from '../../lib/keys/signer.ts';
import { issueThroughOffice, openService } from '../service.ts';
import { ocspRequestFor } from '../world.ts';

/**
 * One life of the service in a process of its own, ended by SIGKILL right after its n-th commit point: a write to the
 * table, an object put, or a signature made. What was acknowledged goes to a journal first.
 *
 *   node one-life.ts FOLDER CSR JOURNAL POINT
 */
const [folder, csrFile, journal, point] = process.argv.slice(2) as [string, string, string, string];
const note = (line: string): void => appendFileSync(journal, `${line}\n`);

let counting = false;
let passed = 0;
const commitPoint = (): void => {
  if (counting && ++passed === Number(point)) process.kill(process.pid, 'SIGKILL');
};
const after = async <T>(work: Promise<T>): Promise<T> => {
  const result = await work;
  commitPoint();
  return result;
};

const watched = (signer: Signer, isCa: boolean): Signer => ({
  ...signer,
  algorithm: signer.algorithm,
  subjectPublicKeyInfo: signer.subjectPublicKeyInfo,
  sign: async (message) => {
    const signature = await signer.sign(message);
    // version [0] comes first in a TBSCertificate and in nothing else that a CA key signs.
    if (isCa && Buffer.from(message.subarray(0, 8)).includes(0xa0)) note(`signed ${hash('sha256', message)}`);
    commitPoint();
    return signature;
  },
});

const service = await openService(folder, {
  table: (table) => ({
    get: (key) => table.get(key),
    query: (query) => table.query(query),
    write: (writes) => after(table.write(writes)),
    close: () => table.close(),
  }),
  bucket: (bucket) => ({
    get: (key) => bucket.get(key),
    list: (prefix, options) => bucket.list(prefix, options),
    put: (key, body, options) => after(bucket.put(key, body, options)),
    delete: (key) => after(bucket.delete(key)),
  }),
  keys: (keys) => ({
    create: async (id, algorithm) => watched(await keys.create(id, algorithm), !id.startsWith('ocsp-')),
    open: async (id) => watched(await keys.open(id), !id.startsWith('ocsp-')),
  }),
});
counting = true;

const ask = async (ref: { ca: string; serial: string }): Promise<void> => {
  const request = await ocspRequestFor(service, ref);
  const { der } = await service.app.status.ocsp(request, { recipient: 'tax-portal', method: 'POST' });
  note(`answer ${hash('sha256', der)}`);
};

const { registration, authority } = service.app;
const csr = readFileSync(csrFile, 'utf8');
const submit = registration.submit.bind(registration);
registration.submit = async (...given) => {
  const result = await submit(...given);
  note(`request ${result.request.id}`);
  return result;
};
const { id, certificate } = await issueThroughOffice(service, 'person-signature', csr);
await registration.collect(service.principal('higashi-counter'), id);
await ask(certificate);
await service.works.sequencer.sequence();
await authority.hold(service.principal('higashi-counter'), certificate);
await ask(certificate);
await authority.revoke(service.principal('higashi-chief'), certificate, { reason: 'keyCompromise' });
note(`revoked ${certificate.ca} ${certificate.serial}`);
await ask(certificate);
await service.app.status.crl(certificate.ca, 'full', { recipient: 'public', method: 'GET' });
counting = false;
note(`points ${passed}`);
await service.close();
