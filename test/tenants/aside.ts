import { beforeAll, describe, expect, it } from 'vitest';
import type { Principal } from '../../lib/principal.ts';
import { MINAMI, officer } from '../enrolment/people.ts';
import { FIELDS, opensslRequest } from '../service.ts';
import type { TwoTenants } from './two-tenants.ts';

/*
 * What an answer tells aside: by a cursor, by another fault, or by a name in its text. And what one tenant's people do to those of
 * another by naming them.
 */

const HIGASHI = 'mizusaki-higashi';
const HOLDER = 'h-tokiwa-1';

export const aside = (open: () => TwoTenants): void => {
  let service: TwoTenants;
  let people: Record<'noda' | 'sakai' | 'kuroda' | 'shima' | 'auditor' | 'examiner' | 'chief', Principal>;
  let csrs = 0;

  const submission = (profile: string, more: object) => ({
    profile,
    csr: opensslRequest(service.folder, `aside-${csrs++}`),
    fields: FIELDS[profile] ?? {},
    ...more,
  });

  /** The answer, without the names that were asked for. */
  const told = async (caller: Principal, method: string, path: string, body: unknown, ...names: string[]) => {
    const { status, text } = await service.send(caller, method, `/api/v1${path}`, body);
    const shown = names.reduce((rest, name) => rest.replaceAll(name, 'NAME'), text);
    return { status, told: JSON.stringify({ ...JSON.parse(shown), requestId: '' }) };
  };

  beforeAll(async () => {
    service = open();
    const of = service.principal;
    people = {
      noda: of('operator-noda'),
      sakai: of('operator-sakai'),
      kuroda: of('minase-kuroda'),
      shima: of('minase-shima'),
      auditor: of('minase-auditor'),
      examiner: of('okitsu-examiner'),
      chief: of('higashi-chief'),
    };
    const { offices } = service.app.enrolment;
    const { sakai, noda, chief } = people;
    for (const [id, terms] of [
      ['tokiwa-ended', MINAMI],
      ['tokiwa-later', { ...MINAMI, from: new Date(service.now() + 86_400_000).toISOString() }],
    ] as const) {
      await offices.propose(sakai, id, terms);
      await offices.confirm(noda, id);
    }
    await offices.end(noda, 'tokiwa-ended', undefined);
    const counter = of('higashi-counter');
    const { registration, enrolment } = service.app;
    for (const issuedTo of ['higashi-counter', 'higashi-examiner'])
      await registration.submit(counter, submission('official-position', { issuedTo }));
    await registration.submit(counter, submission('person-authentication', { holder: HOLDER }));
    await enrolment.people.suspend(chief, 'higashi-examiner');
  }, 120_000);

  describe("of another tenant's office", () => {
    it('no list says who is in it, nor by a cursor that there is more', async () => {
      const lists = ['requests', 'principals', 'holders', 'leavers', 'notices'];
      for (const caller of [people.kuroda, people.auditor]) {
        for (const list of lists) {
          for (const rest of ['&limit=1', '&limit=1&cursor=AAAA']) {
            const ask = (office: string) =>
              told(caller, 'GET', `/${list}?office=${office}${rest}`, undefined, office);
            const there = await ask(HIGASHI);
            expect([list, there]).toEqual([list, await ask('nowhere')]);
            expect(there.told).not.toContain('cursor"');
          }
        }
      }
    });

    it('nothing is told of its standing to whoever sends an officer there', async () => {
      const transfer = (office: string) =>
        told(
          people.kuroda,
          'POST',
          '/principals/okitsu-counter/transfer',
          { office, duties: ['receive'] },
          office,
        );
      const propose = (office: string) =>
        told(
          people.kuroda,
          'POST',
          '/principals/okitsu-new/proposal',
          { ...officer('係員', 'receive'), office },
          office,
        );
      for (const ask of [transfer, propose]) {
        const missing = await ask('nowhere');
        expect(missing.told).toContain('unknown-office');
        for (const office of [HIGASHI, 'tokiwa-ended', 'tokiwa-later'])
          expect(await ask(office)).toEqual(missing);
      }
    });

    it('nothing is told of its officers to whoever asks for a certificate of one', async () => {
      const submit = (issuedTo: string) =>
        told(people.examiner, 'POST', '/requests', submission('official-position', { issuedTo }), issuedTo);
      const missing = await submit('nobody-new');
      expect(missing.told).toContain('invalid-input');
      for (const id of ['higashi-examiner', 'higashi-counter']) expect(await submit(id)).toEqual(missing);
    });
  });

  it('an officer finds no more looks at what another office has than at what nobody has', async () => {
    const { noda, examiner, chief } = people;
    const { certificate, id } = await service.issued('tokiwa', 'official-position');
    const { ca, serial } = certificate;
    for (let n = 0; n < 21; n++) {
      await service.send(chief, 'GET', `/api/v1/certificates/${ca}/${serial}`);
      await service.send(noda, 'GET', `/api/v1/requests/${id}`);
      // The own office has so many looks that every page through them has a cursor.
      await service.send(examiner, 'GET', '/api/v1/requests?limit=1');
    }
    const missing = { serial: '0f'.repeat(16), id: `${id.slice(0, -4)}0000` };
    for (const [there, none] of [
      [`ca=${ca}&serial=${serial}`, `ca=${ca}&serial=${missing.serial}`],
      [`request=${id}`, `request=${missing.id}`],
      ['officer=higashi-chief', 'officer=nobody-new'],
    ] as const) {
      // A cursor says how far the own looks were read, and differs from one answer to the next.
      const ask = async (query: string) => {
        const answer = await told(examiner, 'GET', `/accesses?limit=1&${query}`, undefined, query);
        return { ...answer, told: answer.told.replace(/"cursor":"[^"]+"/, '"cursor":""') };
      };
      expect(await ask(there)).toEqual(await ask(none));
      const own = await service.send(chief, 'GET', `/api/v1/accesses?limit=1&${there}`);
      expect([there, JSON.parse(own.text).accesses.length]).toEqual([there, 1]);
    }
  });

  it('a person who is enrolled elsewhere is refused without the id of that enrolment', async () => {
    const body = { role: 'auditor', name: { ja: '監査', en: 'Audit' }, person: 'higashi-chief' };
    const refused = await told(people.kuroda, 'POST', '/principals/minase-second/proposal', body);
    expect(refused).toMatchObject({ status: 409, told: expect.stringContaining('same-person') });
    expect(refused.told).not.toContain('higashi');
    const named = await told(people.sakai, 'POST', '/principals/minase-second/proposal', body);
    expect(named.told).toContain('higashi-chief');
  });

  it('what a tenant took back may be proposed again by the tenant, and by no other one', async () => {
    const { people: enrolled } = service.app.enrolment;
    const terms = { role: 'auditor', name: { ja: '監査', en: 'Audit' } } as const;
    await enrolled.propose(people.kuroda, 'minase-third', terms);
    await enrolled.withdraw(people.kuroda, 'minase-third');
    await enrolled.propose(people.kuroda, 'minase-third', terms);
    await enrolled.withdraw(people.shima, 'minase-third');
  });

  describe('a holder of another tenant', () => {
    it('is not known to the auditor as a recipient or as who acted', async () => {
      for (const name of ['recipient', 'actor', 'holder']) {
        const ask = (id: string) =>
          told(people.auditor, 'GET', `/records?${name}=${id}&limit=1`, undefined, id);
        const missing = await ask('h-nobody-9');
        expect(missing.status).toBe(404);
        expect(await ask(HOLDER)).toEqual(missing);
      }
    });

    it('is not signed in by a certificate of this tenant', async () => {
      const body = submission('person-authentication', { holder: HOLDER });
      const refused = await service.send(people.examiner, 'POST', '/api/v1/requests', body);
      expect(refused.status).toBe(400);
      expect(refused.text).toContain('the tenant that enrolled it');
    });

    it('is not ended by an office that names the pseudonym as well', async () => {
      const { registration, enrolment } = service.app;
      await registration.submit(people.examiner, submission('person-signature', { holder: HOLDER }));
      const path = `/holders/${HOLDER}`;
      expect((await service.send(people.examiner, 'GET', `/api/v1${path}`)).status).toBe(200);
      for (const [method, step] of [
        ['POST', 'suspension'],
        ['DELETE', 'suspension'],
        ['POST', 'end'],
      ] as const) {
        const { status, text } = await service.send(people.examiner, method, `/api/v1${path}/${step}`);
        expect([step, status]).toEqual([step, 403]);
        expect(text).toContain('Your tenant did not enrol this holder');
      }
      expect(await enrolment.holders.suspend(people.chief, HOLDER)).toMatchObject({ standing: 'suspended' });
      expect(await enrolment.holders.resume(people.noda, HOLDER)).toMatchObject({ standing: 'active' });
    });
  });
};
