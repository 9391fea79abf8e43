import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ocspRequestFor } from '../ocsp-request-for.ts';
import {
  collectInto,
  issueThroughOffice,
  openService,
  opensslRequest,
  type Service,
  temporaryFolder,
} from '../service.ts';
import { openssl } from './judges.ts';

/** Stock openssl at a relying party whose clock is behind ours: what it gets is valid by its own clock. */

const MINUTE = 60_000;
const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);
let service: Service;
let old: Issued;

interface Issued {
  readonly ref: { readonly ca: string; readonly serial: string };
  /** PEM files. */
  readonly certificate: string;
  readonly ca: string;
}

const issue = async (name: string): Promise<Issued> => {
  const request = await issueThroughOffice(service, 'official-position', opensslRequest(folder.path, name));
  return { ref: request.certificate, ...(await collectInto(service, request.id, folder.path, name)) };
};

/** `openssl verify` of a certificate under a CRL that is made now. */
const verify = async ({ ref, certificate, ca }: Issued, ...more: readonly string[]) => {
  const { der } = await service.app.status.publish(ref.ca, 'operator-noda');
  writeFileSync(at('crl.der'), der);
  await openssl('crl', '-inform', 'DER', '-in', at('crl.der'), '-out', at('crl.pem'));
  const crl = ['-crl_check', '-CRLfile', at('crl.pem')];
  return openssl('verify', ...more, '-CAfile', ca, ...crl, certificate);
};

/** `openssl ocsp`, by this machine's clock and without any tolerance, of an answer that is given now. */
const judgeAnswer = async ({ ref, certificate, ca }: Issued) => {
  const request = await ocspRequestFor(service, ref);
  const { der } = await service.app.status.ocsp(request, { recipient: 'public', method: 'POST' });
  writeFileSync(at('answer.der'), der);
  const exact = ['-respin', at('answer.der'), '-no_nonce', '-validity_period', '0'];
  return openssl('ocsp', ...exact, '-CAfile', ca, '-issuer', ca, '-sha256', '-cert', certificate);
};

beforeAll(async () => {
  service = await openService(at('data'), { ahead: -9 * MINUTE });
  old = await issue('old');
  // From here on this machine's clock is a minute behind the service's.
  service.advance(10 * MINUTE);
}, 60_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

describe('a clock that is behind', () => {
  it('by a minute takes a fresh certificate, and a CRL that was made just now', async () => {
    expect((await verify(await issue('fresh'))).output).toContain('fresh.pem: OK');
  });

  it.each([1, 4])('by %i minutes takes them (-attime)', async (minutes) => {
    const issued = await issue(`another-${minutes}`);
    const time = String(Math.floor((service.now() - minutes * MINUTE) / 1000));
    expect((await verify(issued, '-attime', time)).output).toContain(': OK');
  });

  it('by more than the five minutes does not', async () => {
    const time = String(Math.floor((service.now() - 6 * MINUTE) / 1000));
    const { status, output } = await verify(await issue('early'), '-attime', time);
    expect(status).not.toBe(0);
    expect(output).toMatch(/not yet valid/);
  });

  it('takes an OCSP answer that was signed just now, while it is not further behind than five minutes', async () => {
    const { output } = await judgeAnswer(old);
    expect(output).toContain('Response verify OK');
    expect(output).toContain('old.pem: good');
    expect(output).not.toMatch(/not yet valid/);
    service.advance(5 * MINUTE);
    expect((await judgeAnswer(old)).output).toMatch(/not yet valid/);
    service.advance(-5 * MINUTE);
  });
});
