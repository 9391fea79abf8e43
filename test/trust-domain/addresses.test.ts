import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDirectory, writeDirectory } from '../../functions/lambda/directory.ts';
import { ACT_KEY_KINDS } from '../../lib/act-kinds.ts';
import { Fault } from '../../lib/fault.ts';
import { decodeCertificate, encodeSigned, encodeTbsCertificate } from '../../lib/pki/certificate.ts';
import { decodeCertificateList } from '../../lib/pki/crl.ts';
import { asDer } from '../../lib/pki/der.ts';
import { findExtension } from '../../lib/pki/extensions.ts';
import { buildName } from '../../lib/pki/name.ts';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import { composeResponder } from '../../lib/responder-app.ts';
import type { Value } from '../../lib/store/store.ts';
import { digestOf, readTrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import {
  codeOf,
  composeHouse,
  DAY,
  fileOf,
  type Ground,
  type HouseFile,
  type HouseOptions,
  openGround,
  openHouse,
  SECOND,
} from '../authority/house.ts';
import { ocspRequestFor } from '../ocsp-request-for.ts';
import { issueThroughOffice, opensslRequest, PUBLIC_URL, type Service } from '../service.ts';

/*
 * The addresses and terms that CAs sign. They come from the signed state in force and from the trust domain's file, so that
 * nobody changes them by a row, and a changed setting is refused until two operators have agreed on it.
 */

type Change = (file: HouseFile) => void;

const CA = 'organisation-1';
const NEW_URL = 'http://pki.example.jp';
const EVIL = 'http://evil.example';

/** The CRLs of the organisation's CA have an issuingDistributionPoint. */
const withIdp: Change = (file) => {
  for (const { id, crl } of file.authorities) if (id === 'organisation') crl.onlyContainsUserCerts = true;
};
const moved: Change = (file) => {
  withIdp(file);
  Object.assign(file, { addresses: [NEW_URL] });
};

let ground: Ground;
let house: Service;
beforeEach(async () => {
  ground = await openGround();
  house = await openHouse(ground, { domain: withIdp });
});
afterEach(() => ground.close());

let requests = 0;
/** The addresses in a certificate that is issued now: of its CRL, of OCSP and of its CA. */
const certified = async (on: Service): Promise<readonly string[]> => {
  const csr = opensslRequest(ground.folder, `request-${requests++}`);
  const { certificate } = await issueThroughOffice(on, 'official-position', csr);
  const { pem = '' } = await on.app.authority.certificate(on.principal('auditor'), certificate);
  const { extensions } = decodeCertificate(Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64'));
  const [point] = findExtension(extensions, 'cRLDistributionPoints')?.points ?? [];
  const { accesses = [] } = findExtension(extensions, 'authorityInfoAccess') ?? {};
  return [...(point?.fullName ?? []), ...accesses.map(({ location }) => location)].map((name) =>
    'value' in name ? String(name.value) : '',
  );
};

const published = async (on: Service) =>
  decodeCertificateList((await on.app.status.publish(CA, 'service')).der);
const addressesOnCrl = async (on: Service): Promise<readonly string[]> => {
  const { crlExtensions } = await published(on);
  const { distributionPoint } = findExtension(crlExtensions, 'issuingDistributionPoint') ?? {};
  return (distributionPoint?.fullName ?? []).map((name) => ('value' in name ? String(name.value) : ''));
};
const crlAt = (url: string): string => `${url}/crl/${CA}/full.crl`;

const agree = async (on: Service, change: Change): Promise<void> => {
  const { amendments } = on.app;
  const { id } = await amendments.propose(on.principal('operator-sakai'), fileOf(change));
  on.advance(SECOND);
  await amendments.approve(on.principal('operator-noda'), id);
};

const refusal = async (options: HouseOptions): Promise<string> => {
  const error: unknown = await openHouse(ground, options).catch((reason: unknown) => reason);
  if (!Fault.is(error, 'address-changed')) throw error;
  return error.message;
};

const editIssuer = async (change: (value: Value) => Value): Promise<void> => {
  const key = { pk: 'issuers', sk: CA };
  const row = await ground.table.get(key);
  if (!row) throw new Error('no row');
  await ground.table.write([{ put: key, value: change(row.value), if: { version: row.version } }]);
  // Processes read the directory again after a minute.
  ground.time.now += 60 * SECOND;
};

/** A certificate for the same key and with other names. Only this test can sign it, because it has the CA's key. */
const renamed = async (sign: boolean): Promise<string> => {
  const certificate = decodeCertificate(await house.app.authority.caCertificate(CA));
  const subject = buildName([['CN', 'Somebody else']]);
  const tbs = encodeTbsCertificate({ ...certificate, issuer: subject, subject });
  const signature = sign ? await (await ground.keys.open(CA)).sign(tbs) : certificate.signatureValue;
  return Buffer.from(encodeSigned(tbs, certificate.signatureAlgorithm, signature)).toString('base64');
};

const wholeSeconds = (ms: number): number => Math.floor(ms / SECOND) * SECOND;

describe('the row of a CA', () => {
  it('changes neither the addresses of certificates and CRLs nor the terms of CRLs and answers', async () => {
    const before = [await certified(house), await addressesOnCrl(house)];
    await editIssuer((value) => ({
      ...value,
      urls: { certificate: `${EVIL}/ca.cer`, crl: [crlAt(EVIL)], ocsp: `${EVIL}/ocsp` },
      crl: { interval: 1, nextUpdate: 150_000_000, onlyContainsUserCerts: false },
      ocsp: {
        algorithms: ['ecdsa-p256-sha256'],
        nextUpdate: 150_000_000,
        maxAge: 140_000_000,
        maxCertIds: 9,
      },
      title: { ja: '偽', en: 'Evil' },
    }));
    const on = await openHouse(ground, { domain: withIdp });
    expect([await certified(on), await addressesOnCrl(on)]).toEqual(before);
    const { nextUpdate } = await published(on);
    const definition = on.trustDomain.authorities.find(({ ca }) => ca === CA);
    expect(nextUpdate.getTime() - wholeSeconds(ground.time.now)).toBe(
      (definition?.crl.nextUpdate ?? 0) * SECOND,
    );
    const question = await ocspRequestFor(on, { ca: CA, serial: '0101' });
    const { cacheable } = await on.app.status.ocsp(question, { recipient: 'public', method: 'POST' });
    const validity = (cacheable?.nextUpdate.getTime() ?? 0) - wholeSeconds(ground.time.now);
    expect(validity).toBe((definition?.ocsp.nextUpdate ?? 0) * SECOND);
    const [view] = (await on.app.authority.authorities()).filter(({ id }) => id === CA);
    expect(view).toMatchObject({ title: definition?.title, urls: { ocsp: `${PUBLIC_URL}/ocsp` } });
  });

  it.each([
    ['with the signature of the real one', false],
    ['even with a good signature', true],
  ])('brings no certificate for the same key with other names, %s', async (_, sign) => {
    const certificate = await renamed(sign);
    await editIssuer((value) => ({ ...value, certificate }));
    const on = await openHouse(ground, { domain: withIdp });
    expect(await codeOf(on.app.authority.caCertificate(CA))).toBe('authority-unreadable');
    expect(await codeOf(published(on))).toBe('authority-unreadable');
    expect((await on.app.authority.authorities()).map(({ id }) => id)).not.toContain(CA);
    expect(on.logged).toContainEqual(expect.objectContaining({ level: 'error' }));
  });

  it('that is deleted leaves the service without this CA, and nobody makes another one', async () => {
    const key = { pk: 'issuers', sk: CA };
    const row = await ground.table.get(key);
    if (row) await ground.table.write([{ delete: key, if: { version: row.version } }]);
    const on = await openHouse(ground, { domain: withIdp });
    expect(await codeOf(on.app.authority.caCertificate(CA))).toBe('unknown-authority');
    expect(ground.made.filter((id) => id === CA)).toEqual([CA]);
  });
});

describe('the OCSP function, which reads rows only', () => {
  const responder = (on: Service) =>
    composeResponder(
      {
        ...readDirectory(writeDirectory(on.trustDomain, digestOf(on.trustDomainText))),
        table: ground.table,
        objects: ground.objects,
        responderKeys: ground.keys,
        clock: () => ground.time.now,
        random: (n) => new Uint8Array(n),
        log: () => {},
      },
      {},
    );

  it('has its terms from the trust domain that it was deployed with', async () => {
    await editIssuer((value) => ({
      ...value,
      ocsp: { algorithms: ['ecdsa-p256-sha256'], nextUpdate: 150_000_000, maxAge: 140_000_000 },
    }));
    const question = await ocspRequestFor(house, { ca: CA, serial: '0101' });
    const { cacheable } = await responder(house).status.ocsp(question, {
      recipient: 'public',
      method: 'POST',
    });
    const definition = house.trustDomain.authorities.find(({ ca }) => ca === CA);
    expect((cacheable?.nextUpdate.getTime() ?? 0) - wholeSeconds(ground.time.now)).toBe(
      (definition?.ocsp.nextUpdate ?? 0) * SECOND,
    );
  });

  it('takes no certificate that its own key did not sign', async () => {
    const question = await ocspRequestFor(house, { ca: CA, serial: '0101' });
    const certificate = await renamed(false);
    await editIssuer((value) => ({ ...value, certificate }));
    const { der } = await responder(house).status.ocsp(question, { recipient: 'public', method: 'POST' });
    expect(decodeOcspResponse(asDer(der)).status).toBe('internalError');
  });
});

describe('a changed PUBLIC_URL', () => {
  it('is refused at the start, and the value in force is named', async () => {
    const says = await refusal({ domain: withIdp, publicUrl: NEW_URL });
    expect(says).toContain(`The address in force is ${PUBLIC_URL}`);
    expect(says).toContain(`start it with PUBLIC_URL=${PUBLIC_URL}`);
    expect(await certified(await openHouse(ground, { domain: withIdp }))).toContain(crlAt(PUBLIC_URL));
  });

  it('that the file covers counts once the file is applied, and not before', async () => {
    expect(await codeOf(openHouse(ground, { domain: moved, publicUrl: NEW_URL }))).toBe(
      'trust-domain-changed',
    );
    await agree(house, moved);
    // The setting has to agree with the file.
    expect(await refusal({ domain: moved })).toContain('or without PUBLIC_URL');
    expect(await certified(house)).toEqual([
      crlAt(PUBLIC_URL),
      `${PUBLIC_URL}/ocsp`,
      `${PUBLIC_URL}/ca/${CA}.cer`,
    ]);
    const after = await openHouse(ground, { domain: moved, publicUrl: NEW_URL });
    expect(await certified(after)).toEqual([crlAt(NEW_URL), `${NEW_URL}/ocsp`, `${NEW_URL}/ca/${CA}.cer`]);
    const [view] = (await after.app.authority.authorities()).filter(({ id }) => id === CA);
    expect(view?.urls.crl).toEqual([crlAt(NEW_URL)]);
    // The earlier address is not taken up again by itself.
    expect(await codeOf(openHouse(ground, { domain: withIdp }))).toBe('trust-domain-changed');
  });

  it('leaves the earlier address on CRLs until no certificate that names it is valid', async () => {
    await agree(house, moved);
    const after = await openHouse(ground, { domain: moved, publicUrl: NEW_URL });
    expect(await addressesOnCrl(after)).toEqual([crlAt(NEW_URL), crlAt(PUBLIC_URL)]);
    const further: Change = (file) => {
      moved(file);
      file.retention.crl = 'P11Y';
    };
    await agree(after, further);
    const third = await openHouse(ground, { domain: further, publicUrl: NEW_URL });
    expect(await addressesOnCrl(third)).toEqual([crlAt(NEW_URL), crlAt(PUBLIC_URL)]);
    // No profile of the demonstration has a longer validity than five years.
    ground.time.now += (5 * 366 + 3) * DAY;
    expect(await addressesOnCrl(await openHouse(ground, { domain: further, publicUrl: NEW_URL }))).toEqual([
      crlAt(NEW_URL),
    ]);
  });

  it('of the first file counts from the first ceremony on', async () => {
    const own = await openGround();
    try {
      expect(await codeOf(openHouse(own, { domain: moved }))).toBe('address-changed');
      const first = await openHouse(own, { domain: moved, publicUrl: NEW_URL });
      expect((await first.app.authority.authorities())[0]?.urls.ocsp).toBe(`${NEW_URL}/ocsp`);
    } finally {
      await own.close();
    }
  });

  it('does not rename the log, and a process that wants another name is refused', async () => {
    expect(await refusal({ domain: withIdp, logOrigin: 'pki.example.jp/log' })).toContain(
      'start the service with LOG_ORIGIN=localhost:8080/log',
    );
    await house.core.sequencer.sequence();
    await agree(house, moved);
    const after = await openHouse(ground, { domain: moved, publicUrl: NEW_URL });
    await after.core.sequencer.sequence();
    expect(await after.app.transparencyLog.verifierKey()).toMatch(/^localhost:8080\/log\+/);
  });
});

describe('the addresses in the file', () => {
  it.each([
    ['https://pki.example.jp'],
    ['http://pki.example.jp/'],
    ['http://u:p@pki.example.jp'],
    ['pki.example.jp'],
    ['http://認証局.example.jp'],
    ['http://xn--a.example.jp'],
    ['http://my_host.example.jp'],
    ['http://pki.example.jp/a b'],
  ])('are not %s', (address) => {
    const text = fileOf((file) => Object.assign(file, { addresses: [address] }));
    expect(() => readTrustDomain(text)).toThrow(/at addresses\.0/);
  });

  it('are at least one, and no two are the same', () => {
    for (const addresses of [[], [NEW_URL, NEW_URL]]) {
      const text = fileOf((file) => Object.assign(file, { addresses }));
      expect(() => readTrustDomain(text)).toThrow(/at addresses/);
    }
  });
});

describe('the generation of a key of acts', () => {
  const generation =
    (examination: number): Change =>
    (file) => {
      withIdp(file);
      Object.assign(file, { acts: { keys: { examination } } });
    };

  const keysNow = async (): Promise<readonly string[]> =>
    (await ground.objects.list('act-keys/', { limit: 100 })).keys.filter((key) =>
      key.includes('examination'),
    );

  it('is made by the ceremony, of every kind at first, and then one after another', async () => {
    expect((await ground.objects.list('act-keys/', { limit: 100 })).keys).toHaveLength(ACT_KEY_KINDS.length);
    expect(await codeOf(agree(house, generation(3)))).toBe('amendment-invalid');
    await agree(house, generation(2));
    expect(await keysNow()).toEqual(['act-keys/examination-1']);
    const second = await openHouse(ground, { domain: generation(2) });
    expect(await keysNow()).toEqual(['act-keys/examination-1', 'act-keys/examination-2']);
    await certified(second);
    const { records } = await second.app.ledger.query({ kind: 'examination', limit: 1 });
    const [record] = records;
    expect(record?.kind === 'examination' && record.signature?.key).toBe('examination-2');
    expect(await codeOf(agree(second, generation(1)))).toBe('amendment-invalid');
  });

  it('keeps the name of the log when the address changes', async () => {
    const both: Change = (file) => {
      moved(file);
      generation(2)(file);
    };
    await agree(house, both);
    await openHouse(ground, { domain: both, publicUrl: NEW_URL });
    const object = await ground.objects.get('act-keys/examination-2');
    expect(JSON.parse(Buffer.from(object?.body ?? []).toString()).origin).toBe('localhost:8080/log');
  });
});

it('a process that has not held the ceremony can ask whether it may start', async () => {
  const { core } = composeHouse(ground, { domain: withIdp });
  await core.assertInForce();
  expect(await codeOf(composeHouse(ground, { domain: moved }).core.assertInForce())).toBe(
    'trust-domain-changed',
  );
  const other = composeHouse(ground, { domain: withIdp, publicUrl: NEW_URL });
  expect(await codeOf(other.core.assertInForce())).toBe('address-changed');
});
