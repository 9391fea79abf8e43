import { hash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ocspRequestFor } from '../ocsp-request-for.ts';
import { issueThroughOffice, openService } from '../service.ts';
import { commitPoints, copyAsItIs } from './commit-points.ts';

/**
 * One life of the service in a process of its own. It writes each acknowledgement to a journal before it goes on. Right after
 * each of its commit points (a write to the table, an object put, a key or a signature made) it copies its folder and its
 * journal to COPIES. Or it ends by SIGKILL right after its n-th commit point.
 *
 *   node one-life.ts FOLDER CSR JOURNAL copy COPIES
 *   node one-life.ts FOLDER CSR JOURNAL kill POINT
 */
const [folder, csrFile, journal, what, where] = process.argv.slice(2) as [
  string,
  string,
  string,
  'copy' | 'kill',
  string,
];
const note = (line: string): void => appendFileSync(journal, `${line}\n`);

/** version [0] comes first in a TBSCertificate and in nothing else that a CA key signs. */
const isCertificate = (tbs: Uint8Array): boolean => Buffer.from(tbs.subarray(0, 8)).includes(0xa0);

let counting = false;
let passed = 0;
const service = await openService(
  folder,
  commitPoints((point) => {
    if (typeof point === 'object' && !point.key.startsWith('ocsp-') && isCertificate(point.signed)) {
      note(`signed ${hash('sha256', point.signed)}`);
    }
    if (!counting) return;
    passed++;
    if (what === 'copy') {
      copyAsItIs(folder, join(where, String(passed)));
      copyAsItIs(journal, join(where, `${passed}.journal`));
    } else if (passed === Number(where)) {
      process.kill(process.pid, 'SIGKILL');
    }
  }),
);
note('begun');
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
await registration.collect(service.principal('higashi-counter'), id, 'GET');
await ask(certificate);
await service.core.sequencer.sequence();
await authority.hold(service.principal('higashi-counter'), certificate);
await ask(certificate);
await authority.revoke(service.principal('higashi-chief'), certificate, { reason: 'keyCompromise' });
note(`revoked ${certificate.ca} ${certificate.serial}`);
await ask(certificate);
await service.app.status.crl(certificate.ca, 'full', { recipient: 'public', method: 'GET' });
counting = false;
note(`points ${passed}`);
await service.close();
