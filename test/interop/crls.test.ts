import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePem } from '../../lib/pki/pem.ts';
import { temporaryFolder } from '../service.ts';
import { type Counter, openCounter } from './counter.ts';
import { hasJava, javaVerdicts, openssl, run } from './judges.ts';
import { hasServer, startApache, startNginx, type TlsServer } from './tls-servers.ts';

/**
 * Stock servers and programs take the CRLs that the service publishes, and nothing else: they let a good client of a CA for
 * persons in, and refuse a revoked one.
 */

const CA = 'authentication-1';

/** What the authority publishes by the trust domain's file, and the lists that a server then needs. */
const CHOICES = [
  { choice: 'one complete CRL', onlyContainsUserCerts: false, partitions: ['full'] },
  {
    choice: 'two CRLs with an issuingDistributionPoint',
    onlyContainsUserCerts: true,
    partitions: ['full', 'authority'],
  },
] as const;

const CLIENTS = [
  ['good', true],
  ['revoked', false],
] as const;

const there = (tool: string, from: string): boolean => {
  const found = spawnSync('which', [tool]).status === 0;
  if (!found) process.stdout.write(`${tool} (${from}) is not installed: what it says of CRLs is skipped.\n`);
  return found;
};
const hasGnutls = there('certtool', 'gnutls-bin');
const hasNss = ['certutil', 'crlutil'].every((tool) => there(tool, 'libnss3-tools'));
const hasNginx = hasServer('nginx', '-v');
const hasApache = hasServer('apache2', '-v');

const folder = temporaryFolder();
const at = (name: string): string => `${folder.path}/${name}`;

interface Published {
  readonly counter: Counter;
  readonly ca: string;
  /** Files with the CRLs: one after the other in PEM, the one that certificates name alone, and each in DER. */
  readonly crls: string;
  readonly full: string;
  readonly ders: readonly string[];
  client(name: string): { readonly certificate: string; readonly key: string };
}

const published: Published[] = [];
const servers: { nginx?: TlsServer; apache?: TlsServer } = {};

const open = async (
  place: number,
  { onlyContainsUserCerts, partitions }: (typeof CHOICES)[number],
): Promise<Published> => {
  const home = at(String(place));
  mkdirSync(home);
  const counter = await openCounter(home, {
    domain: ({ authorities }) => {
      for (const { id, crl } of authorities)
        if (id === 'authentication') Object.assign(crl, { onlyContainsUserCerts });
    },
  });
  const { service } = counter;
  const operator = service.principal('operator-noda');
  for (const [name] of CLIENTS) await counter.issue(name, 'person-authentication');
  await service.app.authority.revoke(operator, counter.get('revoked').ref, { reason: 'superseded' });
  await service.app.status.publish(CA, 'operator-noda');
  const ders: string[] = [];
  let pem = '';
  for (const partition of partitions) {
    const answer = await fetch(`${service.url}/crl/${CA}/${partition}.crl`);
    expect(answer.status).toBe(200);
    const der = new Uint8Array(await answer.arrayBuffer());
    ders.push(`${home}/${partition}.crl`);
    writeFileSync(`${home}/${partition}.crl`, der);
    pem += encodePem('X509 CRL', der);
  }
  writeFileSync(`${home}/crls.pem`, pem);
  writeFileSync(`${home}/full.pem`, encodePem('X509 CRL', readFileSync(`${home}/full.crl`)));
  return {
    counter,
    ca: counter.get('good').ca,
    crls: `${home}/crls.pem`,
    full: `${home}/full.pem`,
    ders,
    client: (name) => ({ certificate: counter.get(name).certificate, key: counter.at(`${name}.key`) }),
  };
};

beforeAll(async () => {
  for (const [place, choice] of CHOICES.entries()) published.push(await open(place, choice));
  const blocks = published.map(({ ca, crls }) => ({ ca, crls }));
  const checks = (['chain', 'leaf'] as const).flatMap((check) =>
    blocks.map((block) => ({ ...block, check })),
  );
  if (hasNginx) servers.nginx = await startNginx(at('nginx'), blocks);
  if (hasApache) servers.apache = await startApache(at('apache'), checks);
}, 120_000);

afterAll(async () => {
  await Promise.all([servers.nginx?.stop(), servers.apache?.stop()]);
  for (const { counter } of published) await counter.service.close();
  folder.remove();
});

describe.each(CHOICES.map(({ choice }, place) => ({ choice, place })))('of $choice', ({ place }) => {
  const get = (): Published => published[place] as Published;

  describe.skipIf(!hasNginx)('nginx, with ssl_crl', () => {
    it.each(CLIENTS)('lets the %s client in: %s', async (name, isIn) => {
      expect(await servers.nginx?.letsIn(place, get().client(name))).toBe(isIn);
    });
  });

  describe.skipIf(!hasApache).each([
    ['chain', 0],
    ['leaf', CHOICES.length],
  ])('Apache, with SSLCARevocationCheck %s', (_, from) => {
    it.each(CLIENTS)('lets the %s client in: %s', async (name, isIn) => {
      expect(await servers.apache?.letsIn(from + place, get().client(name))).toBe(isIn);
    });
  });

  describe('openssl verify', () => {
    it.each(['-crl_check', '-crl_check_all'])('%s', async (check) => {
      for (const [name, isGood] of CLIENTS) {
        const { ca, crls, client } = get();
        const { status, output } = await openssl(
          ...['verify', '-x509_strict', check, '-CAfile', ca, '-CRLfile', crls, client(name).certificate],
        );
        expect([status === 0, output.includes('certificate revoked')], output).toEqual([isGood, !isGood]);
      }
    });
  });

  describe.skipIf(!hasGnutls)('GnuTLS', () => {
    // Of two lists of one CA it keeps one, and does not look at what that one covers. So it is given this one alone.
    it.each(CLIENTS)('verifies the %s client by the list that it names: %s', async (name, isGood) => {
      const { ca, full, client } = get();
      const { status, stdout, stderr } = await run('certtool', [
        ...['--verify', '--load-ca-certificate', ca, '--load-crl', full],
        ...['--infile', client(name).certificate],
      ]);
      expect([status === 0, /certificate chain is revoked/i.test(stdout)], stdout + stderr).toEqual([
        isGood,
        !isGood,
      ]);
    });
  });

  describe.skipIf(!hasJava)('Java', () => {
    const judge = (by: 'crl' | 'crls', name: string, files: readonly string[] = []) => ({
      by,
      ca: get().ca,
      certificate: get().client(name).certificate,
      more: files.length > 0 ? [files.join(',')] : [],
    });
    const verdicts = ['GOOD', 'REVOKED SUPERSEDED'];

    it('judges by the CRLs that it is given', async () => {
      const { ders } = get();
      const cases = [...CLIENTS.map(([name]) => judge('crls', name, ders)), judge('crls', 'good')];
      const none = expect.stringContaining('REFUSED UNDETERMINED');
      expect(await javaVerdicts(cases)).toEqual([...verdicts, none]);
    });

    it('judges by the CRL at the address in the certificate', async () => {
      expect(await javaVerdicts(CLIENTS.map(([name]) => judge('crl', name)))).toEqual(verdicts);
    });
  });
});

it("a list of users alone does not do for servers: they want one that covers the CA's certificate", async () => {
  const { ca, full, client } = published[1] as Published;
  const { status, output } = await openssl(
    ...['verify', '-crl_check_all', '-CAfile', ca, '-CRLfile', full, client('good').certificate],
  );
  expect([status === 0, output.includes('different CRL scope')], output).toEqual([false, true]);
});

describe.skipIf(!hasNss)('NSS', () => {
  const nss = async (tool: string, ...args: readonly string[]) => {
    const { stdout, stderr, status } = await run(tool, ['-d', `sql:${at('nss')}`, ...args]);
    return { text: stdout + stderr, status };
  };

  it('takes the complete CRL', async () => {
    const { ca, ders, client } = published[0] as Published;
    mkdirSync(at('nss'));
    await nss('certutil', '-N', '--empty-password');
    await nss('certutil', '-A', '-n', 'ca', '-t', 'CT,C,C', '-i', ca);
    for (const [name] of CLIENTS)
      await nss('certutil', '-A', '-n', name, '-t', ',,', '-i', client(name).certificate);
    for (const der of ders) expect((await nss('crlutil', '-I', '-t', '1', '-i', der)).text).toBe('');
    for (const [name, isGood] of CLIENTS) {
      const { status, text } = await nss('certutil', '-V', '-n', name, '-u', 'C');
      expect([status === 0, /revoked/i.test(text)], text).toEqual([isGood, !isGood]);
    }
  });
});
