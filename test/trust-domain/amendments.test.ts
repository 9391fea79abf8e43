import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { certifyApplicant, readApplicant } from '../../functions/tasks/principal-certificate.ts';
import { Fault } from '../../lib/fault.ts';
import { decodePem } from '../../lib/pki/pki.ts';
import { openDynamoDbTable } from '../../lib/store/dynamodb.ts';
import { openDynamoDbSdkCalls } from '../../lib/store/dynamodb-sdk-calls.ts';
import {
  codeOf,
  composeHouse,
  FAILURES,
  fileOf,
  type Ground,
  type HouseFile,
  openGround,
  openHouse,
  SECOND,
} from '../authority/house.ts';
import { changeOffice } from '../demonstration-people.ts';
import { ocspRequestFor } from '../ocsp-request-for.ts';
import { collectInto, FIELDS, issueThroughOffice, opensslRequest, type Service } from '../service.ts';
import { type DynamoDbLocal, javaIsPresent, startDynamoDbLocal } from '../store/dynamodb-local.ts';
import { faultyTable } from '../store/faulty-table.ts';
import { allRecords, checkWorld } from '../world.ts';

/** Changes of a trust domain in use: by two operators, one file after another, and never in its fixed parts. */

type Change = (file: HouseFile) => void;

interface LabelledProfile {
  readonly id: string;
  version: number;
  readonly fields: readonly { readonly label: { ja: string; en: string } }[];
}

const NOTHING = { requests: [], signed: [], answers: [], revoked: [] };

const digestOf = (change?: Change): string => hash('sha256', fileOf(change));

const ARRIVAL = { id: 'operator-ito', name: { ja: '伊藤 秘密', en: 'Ito Himitsu' } };
const arrives: Change = (file) => {
  file.operators.push(structuredClone(ARRIVAL));
  file.retention.provision = 'P8Y';
};
const leaves: Change = (file) => {
  file.operators.splice(
    file.operators.findIndex(({ id }) => id === 'operator-mori'),
    1,
  );
};
/** A CA of its own, and a profile under it. */
const newAuthority: Change = (file) => {
  const [first] = file.authorities;
  const profile = file.profiles.find(({ id }) => id === 'official-position');
  if (!first || !profile) throw new Error('the demonstration has changed');
  const added = { ...structuredClone(first), id: 'seal', serialPrefix: '0a' };
  file.authorities.push(
    Object.assign(added, {
      subject: [
        ['C', 'JP'],
        ['O', 'Akashi'],
        ['OU', 'Seal CA'],
      ],
    }),
  );
  file.profiles.push({ ...structuredClone(profile), id: 'seal', version: 1, authority: 'seal' });
};

/** Proposed and approved; nothing is applied yet. */
const agree = async (house: Service, change: Change): Promise<string> => {
  const { amendments } = house.app;
  house.advance(SECOND);
  const { id } = await amendments.propose(house.principal('operator-sakai'), fileOf(change));
  house.advance(SECOND);
  await amendments.approve(house.principal('operator-noda'), id);
  house.advance(SECOND);
  return id;
};

const stepsOf = async (house: Pick<Service, 'app'>) =>
  (await allRecords(house)).flatMap((record) =>
    record.kind === 'trust-domain' && record.details.amendment !== undefined ? [record] : [],
  );

let ground: Ground;
let house: Service;
beforeEach(async () => {
  ground = await openGround();
  house = await openHouse(ground);
});
afterEach(() => ground.close());

describe('an amendment', () => {
  it('is proposed by one operator, approved by another, applied by the start with its file, and recorded', async () => {
    const { amendments } = house.app;
    const proposed = await amendments.propose(house.principal('operator-sakai'), fileOf(arrives));
    expect(proposed).toMatchObject({
      state: 'proposed',
      before: digestOf(),
      after: digestOf(arrives),
      changed: 2,
    });
    expect((await amendments.get(proposed.id)).changes).toEqual([
      { path: 'operators.operator-ito', change: 'added', after: ARRIVAL },
      { path: 'retention.provision', change: 'changed', before: 'P7Y', after: 'P8Y' },
    ]);
    // A proposed file may not be started with. After the approval, both files may.
    expect(
      await codeOf(composeHouse(ground, { domain: arrives }).core.authority.holdCeremony(() => {})),
    ).toBe('trust-domain-changed');
    house.advance(SECOND);
    expect(await amendments.approve(house.principal('operator-noda'), proposed.id)).toMatchObject({
      state: 'approved',
      approved: { by: 'operator-noda' },
    });
    expect(await composeHouse(ground).core.authority.holdCeremony(() => {})).toBe(false);

    const steps: string[] = [];
    const signed = ground.signed.length;
    house.advance(SECOND);
    const next = composeHouse(ground, { domain: arrives });
    expect(await next.core.authority.holdCeremony((step) => steps.push(step))).toBe(true);
    expect(steps).toEqual([`amendment ${proposed.id} applied`, 'trust domain "demonstration" changed']);
    expect(ground.signed).toHaveLength(signed);
    expect(await next.core.authority.holdCeremony(() => {})).toBe(false);
    // A rollback is refused.
    const back = await composeHouse(ground)
      .core.authority.holdCeremony(() => {})
      .catch((error: unknown) => error);
    if (!Fault.is(back, 'trust-domain-changed')) throw back;
    expect(back.facts).toEqual({ inForce: digestOf(arrives) });

    const changed = await openHouse(ground, { domain: arrives });
    expect((await changed.app.amendments.list({ limit: 10 })).amendments).toEqual([
      expect.objectContaining({ id: proposed.id, state: 'applied', appliedAt: '2026-11-22T09:00:02Z' }),
    ]);
    const records = (await stepsOf(changed)).toReversed();
    expect(records.map(({ actor, details }) => [details.step, actor])).toEqual([
      ['proposed', 'operator-sakai'],
      ['approved', 'operator-noda'],
      ['applying', 'service'],
      ['applied', 'service'],
    ]);
    for (const { details } of records) {
      expect(details).toMatchObject({
        amendment: proposed.id,
        before: digestOf(),
        after: digestOf(arrives),
        changes: ['added operators.operator-ito', 'changed retention.provision'],
      });
    }
    expect(JSON.stringify(records)).not.toMatch(/秘密|Himitsu/);
    await checkWorld(changed, NOTHING);
  });

  it('lets an added principal in, and keeps a withdrawn one out, whose records stay', async () => {
    const { trustDomain, core } = house;
    const csr = opensslRequest(ground.folder, 'counter');
    const applicant = await readApplicant(trustDomain, { principal: 'operator-mori', csr });
    const pem = await certifyApplicant(core, trustDomain, applicant, []);
    const der = decodePem('CERTIFICATE', pem.slice(0, pem.indexOf('-----END') + 26), 10_000);
    const { token } = await house.app.principals.issueToken(house.principal('operator-mori'));
    expect((await house.app.principals.byCertificate(der)).id).toBe('operator-mori');
    expect((await house.app.principals.byToken(token)).id).toBe('operator-mori');
    const done = await issueThroughOffice(house, 'official-position', opensslRequest(ground.folder, 'mayor'));
    const { ca, serial: other } = done.certificate;
    await house.app.authority.revoke(
      house.principal('operator-mori'),
      { ca, serial: other },
      { reason: 'superseded' },
    );

    await agree(house, (file) => {
      leaves(file);
      arrives(file);
    });
    const after = await openHouse(ground, {
      domain: (file) => {
        leaves(file);
        arrives(file);
      },
    });
    expect(await codeOf(after.app.principals.byCertificate(der))).toBe('client-certificate-invalid');
    expect(await codeOf(after.app.principals.byToken(token))).toBe('token-invalid');
    expect(
      (
        await after.app.principals.byToken(
          (
            await after.app.principals.issueToken(after.principal('operator-ito'))
          ).token,
        )
      ).id,
    ).toBe('operator-ito');
    // The certificate is kept out by the list, not revoked: nothing was said about its key.
    const serial = execFileSync('openssl', ['x509', '-noout', '-serial'], { input: pem, encoding: 'utf8' })
      .trim()
      .replace('serial=', '')
      .toLowerCase();
    const ref = { ca: 'operations-1', serial };
    expect((await after.app.authority.certificate(after.principal('auditor'), ref)).status).toBe('good');

    const acts = await after.app.ledger.query({ actor: 'operator-mori', limit: 10 });
    expect(acts.records.map(({ kind }) => kind)).toContain('revocation');
    await checkWorld(after, NOTHING);
  });

  it('makes a new CA with a ceremony of its own, and touches the keys of no other', async () => {
    await agree(house, newAuthority);
    const signed = ground.signed.length;
    const made = ground.made.length;
    const steps: string[] = [];
    const { core } = composeHouse(ground, { domain: newAuthority });
    await core.authority.holdCeremony((step) => steps.push(step));
    expect(steps.slice(1)).toEqual([
      'seal-1: key made (ecdsa-p256-sha256)',
      expect.stringMatching(/^seal-1: CA certificate signed/),
      'seal-1: OCSP responder certified (ecdsa-p256-sha256)',
      'seal-1: CRL published',
      'trust domain "demonstration" changed',
    ]);
    expect(new Set(ground.signed.slice(signed).map(({ id }) => id))).toEqual(new Set(['seal-1']));
    expect(ground.made.slice(made)).toEqual(['seal-1', 'ocsp-seal-1-1']);
    const after = await openHouse(ground, { domain: newAuthority });
    const ceremonies = (await allRecords(after)).flatMap((record) =>
      record.kind === 'ceremony' ? [record.details] : [],
    );
    expect(ceremonies.slice(0, 2).sort((a, b) => (String(a.step) < String(b.step) ? 1 : -1))).toMatchObject([
      { step: 'done', digest: digestOf(newAuthority) },
      { step: 'authority', ca: 'seal-1' },
    ]);

    await changeOffice(after, 'mizusaki-higashi', {}, 'seal');
    const { registration } = after.app;
    const { request } = await registration.submit(after.principal('higashi-counter'), {
      profile: 'seal',
      csr: opensslRequest(ground.folder, 'seal'),
      fields: FIELDS['official-position'] ?? {},
    });
    await registration.examine(after.principal('higashi-examiner'), request.id, { decision: 'approve' });
    const issued = await registration.examine(after.principal('operator-noda'), request.id, {
      decision: 'approve',
    });
    expect(issued).toMatchObject({ state: 'issued', certificate: { ca: 'seal-1' } });
    const { certificate, ca } = await collectInto(after, request.id, ground.folder, 'seal');
    execFileSync('openssl', ['verify', '-CAfile', ca, certificate], { stdio: 'pipe' });
    await checkWorld(after, NOTHING);
  });

  it('changes the terms of an existing CA without its key', async () => {
    const question = await ocspRequestFor(house, { ca: 'organisation-1', serial: '0101' });
    const answered = async (on: Service): Promise<number> => {
      const { cacheable } = await on.app.status.ocsp(question, { recipient: 'public', method: 'POST' });
      return ((cacheable?.freshUntil ?? 0) - Math.floor(on.now() / SECOND) * SECOND) / SECOND;
    };
    expect(await answered(house)).toBe(300);
    const terms: Change = (file) => {
      for (const authority of file.authorities)
        Object.assign(authority.ocsp, { maxCertIds: 3, maxAge: 'PT1M' });
    };
    await agree(house, terms);
    const keys = { create: ground.keys.create, open: () => Promise.reject(new Fault('unknown-key', 'gone')) };
    const { core } = composeHouse(ground, { domain: terms, keys: () => keys });
    expect(await core.authority.holdCeremony(() => {})).toBe(true);
    expect(await answered(await openHouse(ground, { domain: terms }))).toBe(60);
  });

  it('counts for requests that are submitted after it, where it changes their certificates', async () => {
    const profile: Change = (file) => {
      for (const one of file.profiles) if (one.id === 'official-position') one.version = 2;
    };
    const submission = (name: string, id: string) => ({
      profile: id,
      csr: opensslRequest(ground.folder, name),
      fields: FIELDS[id] ?? {},
    });
    const submitted = async (on: Service, name: string, id: string): Promise<string> => {
      const { registration } = on.app;
      const { request } = await registration.submit(on.principal('higashi-counter'), submission(name, id));
      await registration.examine(on.principal('higashi-examiner'), request.id, { decision: 'approve' });
      return request.id;
    };
    const approve = (on: Service, id: string) =>
      on.app.registration.examine(on.principal('operator-noda'), id, { decision: 'approve' });

    const [byProfile, byOffice] = [
      await submitted(house, 'one', 'official-position'),
      await submitted(house, 'two', 'organisation-client'),
    ];
    await agree(house, profile);
    const second = await openHouse(ground, { domain: profile });
    // A new version alone gives the certificate that the office has examined.
    expect(await approve(second, byProfile)).toMatchObject({ state: 'issued', profileVersion: 1 });
    await changeOffice(second, 'mizusaki-higashi', { O: 'Mizusaki Merged City' });
    // Its subject would differ from the one that the office examined.
    expect(await codeOf(approve(second, byOffice))).toBe('unknown-profile');
    const rejected = await second.app.registration.examine(second.principal('operator-noda'), byOffice, {
      decision: 'reject',
      reason: '合併',
    });
    expect(rejected.state).toBe('rejected');
    const fresh = await submitted(second, 'three', 'official-position');
    expect(await approve(second, fresh)).toMatchObject({ state: 'issued', profileVersion: 2 });
  });

  it('of office approval counts for requests that the centre has not examined, without another version', async () => {
    const asks: Change = (file) => {
      Object.assign(file.profiles.find(({ id }) => id === 'official-position') ?? {}, {
        officeApproval: true,
      });
    };
    const { request } = await house.app.registration.submit(house.principal('higashi-counter'), {
      profile: 'official-position',
      csr: opensslRequest(ground.folder, 'asked'),
      fields: FIELDS['official-position'] ?? {},
    });
    const examine = (on: Service, who: string) =>
      on.app.registration.examine(on.principal(who), request.id, { decision: 'approve' });
    expect((await examine(house, 'higashi-examiner')).state).toBe('examined');
    await agree(house, asks);
    const second = await openHouse(ground, { domain: asks });
    expect(await codeOf(examine(second, 'operator-noda'))).toBe('wrong-state');
    const { state } = await second.app.registration.get(second.principal('auditor'), request.id);
    expect(state).toBe('examined-once');
    const { id } = await second.app.amendments.propose(
      second.principal('operator-noda'),
      fileOf(() => {}),
    );
    await second.app.amendments.approve(second.principal('operator-sakai'), id);
    expect((await examine(await openHouse(ground), 'operator-noda')).state).toBe('issued');
  });

  it('of the words of a rule needs no other version, and requests go on', async () => {
    const words: Change = (file) => {
      for (const { fields } of file.profiles as unknown as readonly LabelledProfile[])
        for (const one of fields)
          Object.assign(one, { rule: { ja: '（例：A）と書きます。', en: 'Write it as in A.' } });
    };
    const { request } = await house.app.registration.submit(house.principal('higashi-counter'), {
      profile: 'organisation-client',
      csr: opensslRequest(ground.folder, 'worded'),
      fields: FIELDS['organisation-client'] ?? {},
    });
    await house.app.registration.examine(house.principal('higashi-examiner'), request.id, {
      decision: 'approve',
    });
    await agree(house, words);
    const second = await openHouse(ground, { domain: words });
    const done = await second.app.registration.examine(second.principal('operator-noda'), request.id, {
      decision: 'approve',
    });
    expect(done).toMatchObject({ state: 'issued', profileVersion: 1 });
  });

  it('waits until requests approved under the file in force are issued by that file', async () => {
    const profile: Change = (file) => {
      for (const one of file.profiles) one.version = 2;
    };
    let broken = true;
    const failing = await openHouse(ground, {
      keys: (keys) => ({
        create: keys.create,
        open: async (id) => {
          const signer = await keys.open(id);
          const sign = async (message: Uint8Array): Promise<Uint8Array> => {
            if (broken && id === 'organisation-1')
              throw new Fault('store-unavailable', 'The key does not answer.');
            return signer.sign(message);
          };
          return { ...signer, sign };
        },
      }),
    });
    const { registration } = failing.app;
    const { request } = await registration.submit(failing.principal('higashi-counter'), {
      profile: 'official-position',
      csr: opensslRequest(ground.folder, 'late'),
      fields: FIELDS['official-position'] ?? {},
    });
    await registration.examine(failing.principal('higashi-examiner'), request.id, { decision: 'approve' });
    const stuck = await registration.examine(failing.principal('operator-noda'), request.id, {
      decision: 'approve',
    });
    expect(stuck.state).toBe('approved');
    broken = false;
    await agree(failing, profile);
    const after = await openHouse(ground, { domain: profile });
    const issued = await after.app.registration.get(after.principal('auditor'), request.id);
    expect(issued).toMatchObject({ state: 'issued', profileVersion: 1 });
    await checkWorld(after, NOTHING);
  });
});

describe('a change that is never allowed', () => {
  const authority =
    (change: Record<string, unknown>): Change =>
    ({ authorities }) => {
      Object.assign(authorities[0] ?? {}, change);
    };
  const profile =
    (change: Record<string, unknown>): Change =>
    ({ profiles }) => {
      Object.assign(profiles[0] ?? {}, change);
    };
  const retention =
    (change: Partial<HouseFile['retention']>): Change =>
    (file) => {
      Object.assign(file.retention, change);
    };
  const without = <T extends { id: string }>(items: T[], id: string): void => {
    items.splice(
      items.findIndex((one) => one.id === id),
      1,
    );
  };
  const another = [
    ['C', 'JP'],
    ['O', 'Somebody else'],
  ];

  const REFUSED: readonly (readonly [string, Change])[] = [
    [
      'name',
      (file) => {
        file.name = 'another';
      },
    ],
    ['authorities.0.algorithm', authority({ algorithm: 'ecdsa-p384-sha384' })],
    ['authorities.0.generation', authority({ generation: 2 })],
    ['authorities.0.subject', authority({ subject: another })],
    ['authorities.0.serialPrefix', authority({ serialPrefix: '0b' })],
    ['authorities.0.validity', authority({ validity: 'P9Y' })],
    [
      'authorities.0.ocsp.algorithm',
      ({ authorities }) => {
        Object.assign(authorities[0]?.ocsp ?? {}, { algorithm: 'rsa2048-sha256' });
      },
    ],
    [
      'authorities',
      ({ authorities, profiles }) => {
        without(authorities, 'authentication');
        for (const one of profiles) if (one.authority === 'authentication') one.authority = 'signature';
      },
    ],
    ['profiles', ({ profiles }) => without(profiles, 'organisation-client')],
    ['profiles.0.version', profile({ validity: 'P1Y' })],
    ['profiles.0.version', (file) => void Object.assign(file.profiles[0] ?? {}, { sameKey: 'renewal' })],
    ['profiles.0.hold', profile({ hold: 'final', version: 2 })],
    ['profiles.0.kind', profile({ kind: 'person', version: 2 })],
    ['profiles.0.authority', profile({ authority: 'signature', version: 2 })],
    ['tenants', ({ tenants }) => without(tenants, 'minase')],
    ['retention.provision', retention({ provision: 'P6Y' })],
    ['retention.crl', retention({ crl: 'P9Y365D' })],
    ['retention.report', retention({ report: 'P4Y' })],
    ['retention.issuanceAfterExpiry', retention({ issuanceAfterExpiry: 'P3000D' })],
    [
      'operators.2.person',
      ({ operators }) => {
        Object.assign(operators[2] ?? {}, { person: 'somebody-else' });
      },
    ],
  ];

  it.each(REFUSED)('%s is refused, and named', async (path, change) => {
    const refused = await house.app.amendments
      .propose(house.principal('operator-sakai'), fileOf(change))
      .catch((error: unknown) => error);
    if (!Fault.is(refused)) throw refused;
    const issues = refused.facts.issues as { path: string }[];
    expect([refused.code, ...issues.map((issue) => issue.path)]).toContain(path);
    expect(refused.code).toBe('amendment-invalid');
    expect(refused.message).toContain('The trust domain cannot be changed to this file');
    expect(await stepsOf(house)).toEqual([]);
  });

  it('is another person behind an id, even after a withdrawal; the same person may come back', async () => {
    await agree(house, leaves);
    const without = await openHouse(ground, { domain: leaves });
    const returns =
      (person: string): Change =>
      (file) => {
        const operator = file.operators.find(({ id }) => id === 'operator-mori');
        if (operator) operator.person = person;
      };
    const { amendments } = without.app;
    const other = await amendments
      .propose(without.principal('operator-noda'), fileOf(returns('somebody-else')))
      .catch((error: unknown) => error);
    if (!Fault.is(other, 'amendment-invalid')) throw other;
    expect(other.message).toContain('at operators.2.person: Records name operator-mori for another person');
    const same: Change = (file) => {
      returns('operator-mori')(file);
      file.retention.crl = 'P11Y';
    };
    expect(await amendments.propose(without.principal('operator-noda'), fileOf(same))).toMatchObject({
      state: 'proposed',
    });
  });
});

describe('an amendment that is refused', () => {
  const propose = (text: string) => house.app.amendments.propose(house.principal('operator-sakai'), text);

  it('is not proposed: no JSON, no trust domain, the file in force', async () => {
    expect(await codeOf(propose('no JSON'))).toBe('amendment-invalid');
    expect(await codeOf(propose('{}'))).toBe('amendment-invalid');
    expect(await codeOf(propose(fileOf()))).toBe('amendment-invalid');
    const wrong = await propose(
      fileOf((file) => {
        file.retention.crl = 'ten years';
      }),
    ).catch((error: unknown) => error);
    if (!Fault.is(wrong, 'amendment-invalid')) throw wrong;
    expect(wrong.facts.issues).toEqual([expect.objectContaining({ path: 'retention.crl' })]);
    expect(await house.app.amendments.list({ limit: 10 })).toEqual({ amendments: [] });
  });

  it('is not approved by its proposer, nor by the same person under another id, nor twice', async () => {
    const twice: Change = (file) => {
      file.operators.push({ ...structuredClone(ARRIVAL), id: 'operator-s2', person: 'operator-sakai' });
    };
    await agree(house, twice);
    const on = await openHouse(ground, { domain: twice });
    const { amendments } = on.app;
    const more: Change = (file) => {
      twice(file);
      arrives(file);
    };
    const { id } = await amendments.propose(on.principal('operator-sakai'), fileOf(more));
    expect(await codeOf(amendments.approve(on.principal('operator-sakai'), id))).toBe('same-person');
    expect(await codeOf(amendments.approve(on.principal('operator-s2'), id))).toBe('same-person');
    await amendments.approve(on.principal('operator-noda'), id);
    expect(await codeOf(amendments.approve(on.principal('operator-noda'), id))).toBe('amendment-closed');
    expect(await codeOf(amendments.approve(on.principal('operator-noda'), '00'.repeat(10)))).toBe(
      'unknown-amendment',
    );
  });

  it('is superseded if another one is applied, and waits while another one is approved', async () => {
    const { amendments } = house.app;
    const [sakai, noda] = [house.principal('operator-sakai'), house.principal('operator-noda')];
    const first = await amendments.propose(sakai, fileOf(arrives));
    const second = await amendments.propose(sakai, fileOf(leaves));
    await amendments.approve(noda, first.id);
    expect(await codeOf(amendments.approve(noda, second.id))).toBe('amendment-pending');
    expect(await codeOf(propose(fileOf(newAuthority)))).toBe('amendment-pending');
    const after = await openHouse(ground, { domain: arrives });
    expect(await codeOf(after.app.amendments.approve(noda, second.id))).toBe('amendment-closed');
    expect(await after.app.amendments.get(second.id)).toMatchObject({ state: 'superseded' });
    expect(await codeOf(after.app.amendments.reject(noda, first.id))).toBe('amendment-closed');
    // A process that still runs by the earlier file takes no proposals.
    expect(await codeOf(propose(fileOf(newAuthority)))).toBe('try-later');
  });

  it('can be taken back until it is applied, and its file is then refused', async () => {
    const id = await agree(house, arrives);
    const { amendments } = house.app;
    house.advance(SECOND);
    expect(await amendments.reject(house.principal('operator-sakai'), id)).toMatchObject({
      state: 'rejected',
      rejected: { by: 'operator-sakai' },
    });
    expect(await codeOf(openHouse(ground, { domain: arrives }))).toBe('trust-domain-changed');
    expect(await codeOf(amendments.approve(house.principal('operator-noda'), id))).toBe('amendment-closed');
    expect((await stepsOf(house)).map(({ details }) => details.step)).toEqual([
      'rejected',
      'approved',
      'proposed',
    ]);
    await agree(house, arrives);
    await openHouse(ground, { domain: arrives });
  });
});

describe('a kept file', () => {
  it('that was altered in the table is neither shown nor applied', async () => {
    const id = await agree(house, arrives);
    const pk = `trust-domain-file/${digestOf()}`;
    const [part] = (await ground.table.query({ pk, limit: 10 })).items;
    const other = gzipSync(fileOf(arrives)).toString('base64');
    for (const gzip of [other, 'bm90IGd6aXA=']) {
      const { version } = (await ground.table.get({ pk, sk: part?.sk ?? '' })) ?? { version: 0 };
      await ground.table.write([{ put: { pk, sk: part?.sk ?? '' }, value: { gzip }, if: { version } }]);
      expect(await codeOf(house.app.amendments.get(id))).toBe('configuration-invalid');
      expect(await codeOf(openHouse(ground, { domain: arrives }))).toBe('configuration-invalid');
    }
    // Proposed again it is kept again.
    await house.app.amendments.reject(house.principal('operator-noda'), id);
    await agree(house, arrives);
    await openHouse(ground, { domain: arrives });
  });
});

describe('several at once', () => {
  it('apply an amendment once', async () => {
    await agree(house, newAuthority);
    const processes = Array.from({ length: 4 }, () => composeHouse(ground, { domain: newAuthority }));
    await Promise.all(processes.map(({ core }) => core.authority.holdCeremony(() => {})));
    const after = await openHouse(ground, { domain: newAuthority });
    expect((await stepsOf(after)).map(({ details }) => details.step)).toEqual([
      'applied',
      'applying',
      'approved',
      'proposed',
    ]);
    expect(ground.made.filter((id) => id.includes('seal'))).toEqual(['seal-1', 'ocsp-seal-1-1']);
    await checkWorld(after, NOTHING);
  });

  it('decide once', async () => {
    const { amendments } = house.app;
    const { id } = await amendments.propose(house.principal('operator-sakai'), fileOf(arrives));
    const noda = house.principal('operator-noda');
    const codes = await Promise.all([
      codeOf(amendments.approve(noda, id)),
      codeOf(amendments.approve(noda, id)),
      codeOf(amendments.approve(noda, id)),
    ]);
    expect(codes.sort()).toEqual(['amendment-closed', 'amendment-closed', 'none']);
  });

  it('reject and apply: one of them happens', async () => {
    const id = await agree(house, arrives);
    const applied = codeOf(composeHouse(ground, { domain: arrives }).core.authority.holdCeremony(() => {}));
    const rejected = codeOf(house.app.amendments.reject(house.principal('operator-noda'), id));
    expect([
      ['none', 'amendment-closed'],
      ['trust-domain-changed', 'none'],
    ]).toContainEqual([await applied, await rejected]);
  });
});

describe('a store that fails at any write', { timeout: 120_000 }, () => {
  const change: Change = (file) => {
    leaves(file);
    newAuthority(file);
  };

  it.each(FAILURES)('leaves an application that goes on (%s)', async (failure) => {
    const run = async (n: number): Promise<number> => {
      const own = await openGround();
      try {
        await agree(await openHouse(own), change);
        const faulty = faultyTable(own.table, new Map([[n, failure]]));
        const { core } = composeHouse(own, { domain: change, table: () => faulty });
        const code = await codeOf(core.authority.holdCeremony(() => {}));
        expect(code).toBe(n === 0 ? 'none' : 'store-unavailable');
        const after = await openHouse(own, { domain: change });
        expect((await stepsOf(after)).map(({ details }) => details.step)).toEqual([
          'applied',
          'applying',
          'approved',
          'proposed',
        ]);
        expect(own.made.filter((id) => id.includes('seal'))).toEqual(['seal-1', 'ocsp-seal-1-1']);
        const withdrawn = await own.table.query({ pk: 'trust-domain-withdrawn', limit: 10 });
        expect(withdrawn.items.map(({ sk }) => sk)).toEqual(['operator-mori']);
        await checkWorld(after, NOTHING);
        return faulty.writes;
      } finally {
        await own.close();
      }
    };
    const writes = await run(0);
    expect(writes).toBeGreaterThanOrEqual(10);
    for (let n = 1; n <= writes; n++) await run(n);
  });

  it.each(FAILURES)('leaves a proposal and an approval that are made again (%s)', async (failure) => {
    for (const act of ['propose', 'approve'] as const) {
      const own = await openGround();
      try {
        let current = faultyTable(own.table, new Map());
        const on = await openHouse(own, {
          table: (table) => ({
            get: (key) => table.get(key),
            query: (query) => table.query(query),
            write: (writes) => current.write(writes),
            close: () => table.close(),
          }),
        });
        for (let n = 1; ; n++) {
          const { amendments } = on.app;
          const file = fileOf((one) => {
            change(one);
            one.retention.crl = `P${10 + n}Y`;
          });
          const again = async (fail: 'propose' | 'approve' | undefined, id?: string): Promise<string> => {
            current = faultyTable(own.table, new Map(fail === undefined ? [] : [[n, failure]]));
            if (id === undefined) return (await amendments.propose(on.principal('operator-sakai'), file)).id;
            await amendments.approve(on.principal('operator-noda'), id);
            return id;
          };
          const first = act === 'propose' ? await codeOf(again('propose')) : 'none';
          const id = await again(undefined);
          const second = act === 'approve' ? await codeOf(again('approve', id)) : 'none';
          const { state } = await amendments.get(id);
          if (state === 'proposed') await again(undefined, id);
          expect((await amendments.get(id)).state).toBe('approved');
          await again(undefined).catch((error: unknown) => {
            if (!Fault.is(error, 'amendment-pending')) throw error;
          });
          await amendments.reject(on.principal('operator-noda'), id);
          if (first === 'none' && second === 'none') {
            expect(n).toBeGreaterThan(1);
            break;
          }
        }
      } finally {
        await own.close();
      }
    }
  });
});

const present = javaIsPresent();
if (!present) console.warn('Amendments on DynamoDB: skipped, because there is no Java for DynamoDB Local.');

describe.skipIf(!present)('on DynamoDB', { timeout: 120_000 }, () => {
  let dynamodb: DynamoDbLocal;
  beforeAll(async () => {
    dynamodb = await startDynamoDbLocal();
  }, 60_000);
  afterAll(() => dynamodb?.stop());

  it('an amendment is applied once, and a large file is kept in parts', async () => {
    await dynamodb.createTable('amendments');
    const random = (n: number): Uint8Array =>
      Uint8Array.from({ length: n }, () => Math.floor(Math.random() * 256));
    const table = openDynamoDbTable({
      table: 'amendments',
      calls: openDynamoDbSdkCalls(dynamodb.access),
      random,
    });
    const own = await openGround();
    const on: Ground = { ...own, table };
    const wide: Change = (file) => {
      const [profile] = file.profiles;
      for (let n = 0; n < 150; n++)
        file.profiles.push({
          ...(structuredClone(profile) as (typeof file.profiles)[number]),
          id: `wide-${n}`,
        });
    };
    const many: Change = (file) => {
      wide(file);
      for (const profile of file.profiles as unknown as LabelledProfile[]) {
        if (!profile.id.startsWith('wide-')) continue;
        profile.version = 2;
        for (const { label } of profile.fields)
          Object.assign(label, { ja: '長'.repeat(200), en: 'x'.repeat(200) });
      }
    };
    const first = await openHouse(on, { domain: wide });
    const id = await agree(first, many);
    const { changes, changed } = await first.app.amendments.get(id);
    expect([changes.length, changed]).toEqual([1_000, 150 * 11]);
    const processes = Array.from({ length: 3 }, () => composeHouse(on, { domain: many }));
    await Promise.all(processes.map(({ core }) => core.authority.holdCeremony(() => {})));
    expect(await codeOf(openHouse(on, { domain: wide }))).toBe('trust-domain-changed');
    const after = await openHouse(on, { domain: many });
    expect(await after.app.amendments.get(id)).toMatchObject({ state: 'applied', changed: 150 * 11 });
    const parts = await table.query({ pk: `trust-domain-file/${digestOf(many)}`, limit: 100 });
    expect(parts.items.length).toBeGreaterThan(1);
    await table.close();
    await own.close();
  });
});
