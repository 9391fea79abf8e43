import { type KeyObject, sign } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { ALGORITHMS, keyIdentity } from '../../lib/keys/keys.ts';
import { decodeCertificate } from '../../lib/pki/certificate.ts';
import type { CertificateRef, Principal } from '../../lib/principal.ts';
import type { Objects, Table } from '../../lib/store/store.ts';
import { usedKeyAt } from '../../lib/used-key.ts';
import {
  flippedEd25519,
  negatedP256,
  newEd25519,
  newP256,
  newRsa,
  otherExponent,
  spki,
} from '../keys/variants.ts';
import { csrBy } from '../registration/csr.ts';
import { FIELDS, holderFor, type Service } from '../service.ts';
import { deleteRow, putRow } from '../store/row-attacks.ts';
import { allRecords } from '../world.ts';
import { codeOf, type Ground, type HouseFile, openGround, openHouse } from './house.ts';

/** Keys that were certified once, and keys that were compromised: over all CAs, and in every form. */

const PERSON = 'person-signature';

let ground: Ground;
let house: Service;
beforeEach(async () => {
  ground = await openGround();
  house = await openHouse(ground);
});
afterEach(() => ground.close());

const csrOf = (key: KeyObject): Promise<string> => {
  const name = key.asymmetricKeyType === 'rsa' ? 'rsa2048-sha256' : 'ecdsa-p256-sha256';
  const algorithm = ALGORITHMS.find((one) => one.name === name) as (typeof ALGORITHMS)[number];
  return csrBy({
    algorithm,
    subjectPublicKeyInfo: spki(key),
    sign: (message) => sign('sha256', message, key),
  });
};

const submit = async (
  key: KeyObject,
  {
    profile = PERSON,
    by = 'higashi-counter',
    holder = holderFor(profile).holder,
  }: { profile?: string; by?: string; holder?: string } = {},
  service = house,
) =>
  service.app.registration.submit(service.principal(by), {
    profile,
    csr: await csrOf(key),
    fields: FIELDS[profile] ?? {},
    ...(holder !== undefined && { holder }),
  });

const approve = async (id: string, service = house) => {
  const { registration } = service.app;
  await registration.examine(service.principal('higashi-examiner'), id, { decision: 'approve' });
  return registration.examine(service.principal('operator-noda'), id, { decision: 'approve' });
};

const issue = async (key: KeyObject, asked: Parameters<typeof submit>[1] = {}, service = house) => {
  const { request } = await submit(key, asked, service);
  const { state, certificate } = await approve(request.id, service);
  if (!certificate) throw new Error(`the request ended ${state}`);
  return certificate;
};

const certify = (
  order: string,
  profile: string,
  subjectPublicKeyInfo: Uint8Array,
  { core } = house,
): Promise<CertificateRef> =>
  core.authority.issue({
    order,
    profile,
    fields: profile === 'principal' ? { principal: 'auditor', name: '監査' } : (FIELDS[profile] ?? {}),
    ...(profile !== 'principal' && { office: 'mizusaki-higashi' }),
    subjectPublicKeyInfo,
    actor: 'test',
  });

const operator = (id = 'operator-noda'): Principal => house.principal(id);

const compromise = async (ref: CertificateRef, service = house) =>
  service.app.authority.revoke(operator(), ref, { reason: 'keyCompromise' });

const objectOf = (key: Uint8Array) => ground.objects.get(`compromised-keys/${keyIdentity(key)}`);

describe('a key that was certified', () => {
  it.each([
    ['an RSA modulus with another exponent', newRsa, otherExponent],
    ['an EC point negated', newP256, negatedP256],
  ])('is refused as %s, and proves its possession', async (_, make, change) => {
    const key = make();
    await issue(key, { profile: 'organisation-server' });
    const changed = change(key);
    expect(await codeOf(submit(changed, { profile: 'organisation-server' }))).toBe('duplicate-key');
    expect(await codeOf(submit(changed, { by: 'nishi-counter' }))).toBe('duplicate-key');
  });

  it('is refused as an Ed25519 key with its sign flipped', async () => {
    const key = spki(newEd25519());
    await certify('order-1', 'principal', key);
    expect(await codeOf(certify('order-2', 'principal', flippedEd25519(key)))).toBe('duplicate-key');
  });

  it('of a CA, of a responder or of a principal is refused to an office, and the other way', async () => {
    const own = decodeCertificate(
      await house.app.authority.caCertificate('operations-1'),
    ).subjectPublicKeyInfo;
    const principal = spki(newP256());
    await certify('order-1', 'principal', principal);
    for (const key of [own, principal]) {
      expect(await codeOf(certify('order-2', PERSON, key))).toBe('duplicate-key');
    }
    const office = newP256();
    await issue(office);
    expect(await codeOf(certify('order-3', 'principal', spki(office)))).toBe('duplicate-key');
  });

  it("is refused with the request that has it, where that is the office's own, and never another's", async () => {
    const key = newP256();
    const factsOf = async (by: string) => {
      const refused = await submit(key, { by, profile: 'official-position' }).catch(
        (error: unknown) => error,
      );
      return Fault.is(refused, 'duplicate-key') && refused.facts;
    };
    const keyId = { keyIdentity: keyIdentity(spki(key)) };
    const { request } = await submit(key, { profile: 'official-position' });
    expect(await factsOf('higashi-counter')).toEqual({ ...keyId, request: request.id, state: 'submitted' });
    expect(await factsOf('nishi-counter')).toEqual(keyId);
    await approve(request.id);
    expect(await factsOf('higashi-examiner')).toEqual({ ...keyId, request: request.id, state: 'issued' });
    expect(await factsOf('nishi-counter')).toEqual(keyId);
  });

  it('is not free where its request was withdrawn after the key was certified elsewhere', async () => {
    const key = newP256();
    const { request } = await submit(key);
    await deleteRow(ground.table, usedKeyAt(keyIdentity(spki(key))));
    const ref = await certify('order-1', 'organisation-client', spki(key));
    // The request waits with a key that is another certificate's by now.
    const { state, failure } = await approve(request.id);
    expect([state, failure?.code]).toEqual(['failed', 'duplicate-key']);
    expect(await codeOf(submit(key))).toBe('duplicate-key');
    const issued = (await allRecords(house)).filter(
      ({ kind, office }) => kind === 'issuance' && office !== undefined,
    );
    expect(issued.map(({ certificates }) => certificates)).toEqual([[ref]]);
  });

  it('gives the same certificate again to the order that it was certified for', async () => {
    const key = spki(newP256());
    const ref = await certify('order-1', PERSON, key);
    expect(await certify('order-1', PERSON, key)).toEqual(ref);
  });

  it('is free again where its request is rejected or withdrawn', async () => {
    const key = newP256();
    const { request } = await submit(key);
    expect(await codeOf(submit(negatedP256(key)))).toBe('duplicate-key');
    await house.app.registration.withdraw(house.principal('higashi-counter'), request.id, 'wrong');
    await issue(negatedP256(key));
  });

  it('is certified for one of two orders that want it at the same moment', async () => {
    const key = newP256();
    const outcomes = await Promise.all([
      codeOf(certify('order-1', PERSON, spki(key))),
      codeOf(certify('order-2', 'organisation-client', spki(negatedP256(key)))),
      codeOf(certify('order-3', 'principal', spki(key))),
    ]);
    expect(outcomes.toSorted()).toEqual(['duplicate-key', 'duplicate-key', 'none']);
    const issued = (await allRecords(house)).filter(
      (record) => record.kind === 'issuance' && String(record.details.order).startsWith('order-'),
    );
    expect(issued).toHaveLength(1);
  });

  it('has its identity in the record of the issuance', async () => {
    const key = newP256();
    const ref = await issue(key);
    const record = (await allRecords(house)).find(
      (one) => one.kind === 'issuance' && one.certificates?.[0]?.serial === ref.serial,
    );
    expect(record).toMatchObject({ details: { keyIdentity: keyIdentity(spki(key)) } });
  });
});

describe('a key that was compromised', () => {
  it('is refused by every other CA and for every other profile, in every form', async () => {
    const key = newP256();
    const ref = await issue(key, { profile: 'organisation-client' });
    await compromise(ref);
    for (const form of [key, negatedP256(key)]) {
      for (const profile of [PERSON, 'person-authentication', 'official-position', 'organisation-client']) {
        expect(await codeOf(submit(form, { profile }))).toBe('compromised-key');
        expect(await codeOf(certify(`order-${profile}`, profile, spki(form)))).toBe('compromised-key');
      }
      expect(await codeOf(certify('order-p', 'principal', spki(form)))).toBe('compromised-key');
    }
  });

  it('of the operations CA is refused by the others', async () => {
    const key = newP256();
    const ref = await certify('order-1', 'principal', spki(key));
    await compromise(ref);
    expect(await codeOf(submit(negatedP256(key), { profile: 'official-position' }))).toBe('compromised-key');
  });

  it('stays refused whatever happens to its row, and has an object with ids only', async () => {
    const key = newP256();
    const ref = await issue(key);
    await compromise(ref);
    const revocation = (await allRecords(house)).find(({ kind }) => kind === 'revocation');
    const object = await objectOf(spki(key));
    expect(JSON.parse(Buffer.from(object?.body ?? '').toString())).toEqual({
      ...ref,
      record: revocation?.id,
    });
    const row = usedKeyAt(keyIdentity(spki(key)));
    for (const forge of [
      () => deleteRow(ground.table, row),
      () => putRow(ground.table, row, { request: 'order-1' }),
      () => putRow(ground.table, row, { record: 'x' }),
    ]) {
      await forge();
      expect(await codeOf(submit(key))).toBe('compromised-key');
      expect(await codeOf(certify('order-1', PERSON, spki(key)))).toBe('compromised-key');
    }
  });

  it('is refused to a request that waited with it, which fails and says why', async () => {
    const key = newP256();
    const { request } = await submit(key);
    await deleteRow(ground.table, usedKeyAt(keyIdentity(spki(key))));
    await compromise(await certify('order-1', 'organisation-client', spki(key)));
    const { state, failure } = await approve(request.id);
    expect([state, failure?.code]).toEqual(['failed', 'compromised-key']);
  });

  it('is so after a revocation as keyCompromise, and not after any other reason', async () => {
    for (const [reason, isDead] of [
      ['superseded', false],
      ['keyCompromise', true],
    ] as const) {
      const key = newP256();
      await house.app.authority.revoke(operator(), await issue(key), { reason });
      expect(await codeOf(submit(key))).toBe(isDead ? 'compromised-key' : 'duplicate-key');
    }
  });

  it('is taken from the object of the certificate, where somebody has changed or deleted its rows', async () => {
    const key = newP256();
    const ref = await issue(key);
    await deleteRow(ground.table, { pk: `certificates/${ref.ca}/${ref.serial.at(-1)}`, sk: ref.serial });
    expect(await compromise(ref)).toMatchObject({ first: true });
    expect(await codeOf(submit(key))).toBe('compromised-key');
  });

  it('is not certified by an issuance whose rows somebody kept from being stored until then', async () => {
    const key = newP256();
    const ref = await issue(key);
    await deleteRow(ground.table, usedKeyAt(keyIdentity(spki(key))));
    const { request } = await submit(key);
    const foreign = [...'0123456789abcdef'].map((digit) => ({ pk: `unfinished/${digit}`, sk: request.id }));
    for (const row of foreign) await putRow(ground.table, row, { ca: 'x', serial: '0a' });
    expect((await approve(request.id)).state).toBe('approved');
    expect(await compromise(ref)).toMatchObject({ first: true });
    for (const row of foreign) await deleteRow(ground.table, row);
    await house.app.registration.recover();
    expect((await house.app.registration.get(operator(), request.id)).state).not.toBe('issued');
    expect(house.logged.map(({ facts }) => facts.error)).toContain('compromised-key');
  });

  it('has its object before the rows of the revocation and before the answer', async () => {
    const key = newP256();
    const ref = await issue(key);
    let wrote = 0;
    const full = await openHouse(ground, {
      objects: (objects): Objects => ({
        ...objects,
        put: (path, ...rest) =>
          path.startsWith('compromised-keys/')
            ? Promise.reject(new Error('crash'))
            : objects.put(path, ...rest),
      }),
      table: (table): Table => ({
        get: (k) => table.get(k),
        query: (query) => table.query(query),
        write: (writes) => {
          if (writes.some((one) => 'put' in one && one.put.pk.startsWith('status/'))) wrote++;
          return table.write(writes);
        },
        close: () => table.close(),
      }),
    });
    await expect(compromise(ref, full)).rejects.toThrow('crash');
    expect(wrote).toBe(0);
    // The repetition makes the object first, and then the rows.
    await compromise(ref);
    expect(await objectOf(spki(key))).toBeDefined();
    expect(await codeOf(submit(key))).toBe('compromised-key');
  });
});

describe('a profile that takes renewals with the same key', () => {
  const renewing = (file: HouseFile): void => {
    for (const profile of file.profiles) {
      if ([PERSON, 'person-authentication', 'organisation-client'].includes(profile.id))
        Object.assign(profile, { sameKey: 'renewal' });
    }
  };
  const HOLDER = { holder: 'holder-tanabe' };
  let open: Service;
  let other: Ground;
  beforeEach(async () => {
    other = await openGround();
    open = await openHouse(other, { domain: renewing });
  });
  afterEach(() => other.close());

  it('certifies the key again for the same holder, and names the issuance that it renews', async () => {
    const key = newP256();
    const first = await issue(key, HOLDER, open);
    const second = await issue(key, HOLDER, open);
    const third = await issue(key, HOLDER, open);
    expect(new Set([first, second, third].map(({ serial }) => serial)).size).toBe(3);
    const issuances = (await allRecords(open)).flatMap((record) =>
      record.kind === 'issuance' && record.holder === HOLDER.holder ? [record] : [],
    );
    const [newest, middle, oldest] = issuances;
    expect(issuances.map(({ details }) => details.renews)).toEqual([middle?.id, oldest?.id, undefined]);
    // What was compromised for one is dead for all, and the log names the others.
    await open.app.authority.revoke(operator(), first, { reason: 'keyCompromise' });
    expect(await codeOf(submit(key, HOLDER, open))).toBe('compromised-key');
    expect(open.logged.find(({ facts }) => facts.others)?.facts).toMatchObject({
      ...first,
      others: [third, second].map(({ ca, serial }) => `${ca}/${serial}`),
    });
    expect(newest?.id).toBeDefined();
  });

  it('refuses it to another holder, to another office, and for a profile that does not take it', async () => {
    const key = newP256();
    await issue(key, HOLDER, open);
    for (const asked of [
      { profile: 'organisation-client' },
      { holder: 'holder-mori' },
      { ...HOLDER, profile: 'official-position' },
    ]) {
      expect(await codeOf(submit(key, asked, open))).toBe('duplicate-key');
    }
    // Without a holder it is the office's.
    const ofOffice = newP256();
    await issue(ofOffice, { profile: 'organisation-client' }, open);
    const elsewhere = submit(ofOffice, { profile: 'organisation-client', by: 'nishi-counter' }, open);
    expect(await codeOf(elsewhere)).toBe('duplicate-key');
    expect(await codeOf(submit(ofOffice, { profile: 'organisation-client' }, open))).not.toBe(
      'duplicate-key',
    );
  });

  it('refuses it while a renewal waits, and gives the key back to its certificate where that is withdrawn', async () => {
    const key = newP256();
    await issue(key, HOLDER, open);
    const { request } = await submit(key, HOLDER, open);
    expect(await codeOf(submit(key, HOLDER, open))).toBe('duplicate-key');
    await open.app.registration.withdraw(open.principal('higashi-counter'), request.id, 'wrong');
    expect(await codeOf(submit(key, { holder: 'holder-mori' }, open))).toBe('duplicate-key');
    await issue(key, HOLDER, open);
  });

  it('goes by the record of the issuance, and not by a row that names another', async () => {
    const [key, own] = [newP256(), newP256()];
    await issue(key, HOLDER, open);
    await issue(own, { holder: 'holder-mori' }, open);
    const row = await other.table.get(usedKeyAt(keyIdentity(spki(own))));
    await putRow(other.table, usedKeyAt(keyIdentity(spki(key))), row?.value ?? {});
    expect(await codeOf(submit(key, { holder: 'holder-mori' }, open))).toBe('duplicate-key');
  });
});
