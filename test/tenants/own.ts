import { beforeAll, describe, expect, it } from 'vitest';
import type { LedgerRecord } from '../../lib/ledger/ledger.ts';
import type { CertificateRef, Principal } from '../../lib/principal.ts';
import { ocspRequestFor } from '../ocsp-request-for.ts';
import { FIELDS } from '../service.ts';
import { serialOf, TOKIWA_CA, TOKIWA_PROFILE, type TwoTenants } from './two-tenants.ts';

/** What a tenant's people do with their own, and what the records say of it. */

export const own = (open: () => TwoTenants): void => {
  let service: TwoTenants;
  let ofMinase: CertificateRef;
  let ofTokiwa: CertificateRef;
  let request: string;

  beforeAll(async () => {
    service = open();
    ofTokiwa = (await service.issued('tokiwa', 'official-position')).certificate;
    ({ id: request } = await service.examined('minase', 'official-position'));
    const approved = await ask(
      service.principal('minase-kuroda'),
      'POST',
      `/requests/${request}/examinations`,
      {
        decision: 'approve',
      },
    );
    ofMinase = approved.certificate;
  }, 120_000);

  /** The body of an answer that succeeded. */
  const ask = async (caller: Principal, method: string, path: string, body?: unknown) => {
    const { status, text } = await service.send(caller, method, `/api/v1${path}`, body);
    expect([path, status < 300 ? 'done' : text]).toEqual([path, 'done']);
    return text === '' ? undefined : JSON.parse(text);
  };

  const newest = async (count: number): Promise<readonly LedgerRecord[]> =>
    (await service.app.ledger.query({ limit: count })).records;

  const tenantsOf = (records: readonly LedgerRecord[]) =>
    records.map(({ tenant, certificates = [] }) => [tenant, certificates.map(({ serial }) => serial)]);

  describe("a tenant's operators and auditors", () => {
    it('see the requests and the certificates of the tenant, also those of a CA that serves all tenants', async () => {
      const [kuroda, auditor] = [service.principal('minase-kuroda'), service.principal('minase-auditor')];
      for (const principal of [kuroda, auditor]) {
        const { requests } = await ask(principal, 'GET', '/requests');
        expect(requests).toMatchObject([
          { id: request, tenant: 'minase', office: 'okitsu', state: 'issued' },
        ]);
        expect((await ask(principal, 'GET', '/requests?office=okitsu&state=issued')).requests).toHaveLength(
          1,
        );
        const shown = await ask(principal, 'GET', `/certificates/${ofMinase.ca}/${ofMinase.serial}`);
        expect(shown).toMatchObject({ ...ofMinase, tenant: 'minase', status: 'good' });
      }
      const serialsOf = async (who: Principal, ca: string) =>
        (await ask(who, 'GET', `/certificates/${ca}?limit=1000`)).serials;
      const own = await serialsOf(auditor, ofMinase.ca);
      expect(own).toMatchObject([{ serial: ofMinase.serial, tenant: 'minase' }]);
      const people = await serialsOf(auditor, 'operations-1');
      expect(people.map(({ tenant }: { readonly tenant: string }) => tenant)).toEqual(
        Array(5).fill('minase'),
      );
      const all = await serialsOf(service.principal('auditor'), ofMinase.ca);
      expect(all.map(({ serial }: CertificateRef) => serial)).toEqual(
        expect.arrayContaining([ofMinase.serial, ofTokiwa.serial]),
      );
    });

    it('see how the CAs stand that serve all tenants, and those of the tenant alone', async () => {
      const stateOf = (who: string, ca: string) =>
        ask(service.principal(who), 'GET', `/authorities/${ca}/state`);
      for (const who of ['minase-kuroda', 'minase-auditor']) {
        const shared = await stateOf(who, ofMinase.ca);
        expect(shared).toMatchObject({ ca: ofMinase.ca, certificate: { status: 'good' } });
        expect(shared).not.toHaveProperty('tenant');
        expect(await newest(1)).toMatchObject([{ recipient: who, tenant: 'minase', channel: 'status' }]);
        const foreign = await service.send(
          service.principal(who),
          'GET',
          `/api/v1/authorities/${TOKIWA_CA}/state`,
        );
        expect([foreign.status, JSON.parse(foreign.text).code]).toEqual([404, 'unknown-authority']);
      }
      expect(await stateOf('operator-noda', TOKIWA_CA)).toMatchObject({ ca: TOKIWA_CA, tenant: 'tokiwa' });
      expect(await newest(1)).toMatchObject([{ recipient: 'operator-noda', tenant: 'tokiwa' }]);
    });

    it('are few among others: a page of their numbers is short, and goes on', async () => {
      const auditor = service.principal('minase-auditor');
      const found: string[] = [];
      let cursor = '';
      let pages = 0;
      do {
        const page = await ask(auditor, 'GET', `/certificates/${ofMinase.ca}?limit=1${cursor}`);
        expect(page.serials.length).toBeLessThanOrEqual(1);
        found.push(...page.serials.map(({ serial }: CertificateRef) => serial));
        cursor = page.cursor === undefined ? '' : `&cursor=${page.cursor}`;
        pages++;
      } while (cursor !== '');
      expect(found).toEqual([ofMinase.serial]);
      expect(pages).toBeGreaterThan(1);
    });

    it('hold, release and revoke its certificates, and those of its people', async () => {
      const kuroda = service.principal('minase-kuroda');
      const path = `/certificates/${ofMinase.ca}/${ofMinase.serial}`;
      await ask(kuroda, 'POST', `${path}/hold`);
      await ask(kuroda, 'DELETE', `${path}/hold`);
      await ask(kuroda, 'POST', `${path}/revocation`, { reason: 'superseded' });
      const { records } = await service.app.ledger.query({ certificate: ofMinase, limit: 100 });
      const acts = records.filter(({ kind }) => kind !== 'provision');
      expect(acts.map(({ kind }) => kind).sort()).toEqual(['hold', 'issuance', 'release', 'revocation']);
      expect(new Set(records.map(({ tenant }) => tenant))).toEqual(new Set(['minase']));

      const serialNumber = await serialOf(service, 'operations-1', 'principal', 'minase');
      const revoked = await ask(kuroda, 'POST', `/certificates/operations-1/${serialNumber}/revocation`, {
        reason: 'keyCompromise',
      });
      expect(revoked.revocation).toMatchObject({ status: 'revoked' });
    });

    it('neither confirm nor take back what the service asked for: it takes two who serve the tenant', async () => {
      const [sakai, noda] = [service.principal('operator-sakai'), service.principal('operator-noda')];
      const kuroda = service.principal('minase-kuroda');
      const own = { ca: TOKIWA_CA, serial: await serialOf(service, TOKIWA_CA, 'ocsp-responder') };
      const revocation = `/certificates/${own.ca}/${own.serial}/revocation`;
      const superseded = { reason: 'superseded' };
      expect((await ask(sakai, 'POST', revocation, superseded)).awaiting).toBeDefined();
      for (const [method, body] of [['POST', superseded], ['DELETE']] as const) {
        const { status } = await service.send(kuroda, method, `/api/v1${revocation}`, body);
        expect([method, status]).toEqual([method, 404]);
      }
      expect((await ask(noda, 'POST', revocation, superseded)).revocation).toMatchObject({
        status: 'revoked',
      });
      const { records } = await service.app.ledger.query({ certificate: own, limit: 2 });
      expect(records.map(({ kind, tenant }) => [kind, tenant])).toEqual([
        ['revocation', 'tokiwa'],
        ['confirmation', 'tokiwa'],
      ]);
      await service.core.authority.renewResponders();
    });
  });

  describe('records of public answers', () => {
    const PUBLIC = { recipient: 'public', method: 'POST' } as const;

    it('name the tenant of each certificate, and that of the CA for a number without one', async () => {
      const { status } = service.app;
      const missing = { ca: ofMinase.ca, serial: '0f'.repeat(16) };
      await status.ocsp(await ocspRequestFor(service, ofTokiwa), PUBLIC);
      // An answer that was kept is given again.
      await status.ocsp(await ocspRequestFor(service, ofTokiwa), PUBLIC);
      expect(tenantsOf(await newest(2))).toEqual(Array(2).fill(['tokiwa', [ofTokiwa.serial]]));

      const { record } = await status.ocsp(
        await ocspRequestFor(service, ofTokiwa, ofMinase, missing),
        PUBLIC,
      );
      expect(record?.split(', ')).toHaveLength(3);
      const told = new Map((await newest(3)).map((one) => [one.tenant, one]));
      expect(told.get('tokiwa')).toMatchObject({ certificates: [ofTokiwa], provided: { answers: ['good'] } });
      expect(told.get('minase')).toMatchObject({
        certificates: [ofMinase],
        provided: { answers: ['revoked'] },
      });
      expect(told.get(undefined)).toMatchObject({ certificates: [], count: 1 });

      await status.ocsp(await ocspRequestFor(service, { ...missing, ca: TOKIWA_CA }), PUBLIC);
      expect(tenantsOf(await newest(1))).toEqual([['tokiwa', []]]);
    });

    it('name that of the CA for its CRLs, as the publications do', async () => {
      const { status } = service.app;
      await status.publish(TOKIWA_CA, 'operator-noda');
      await status.crl(TOKIWA_CA, 'full', { recipient: 'public', method: 'GET' });
      await status.crl('operations-1', 'full', { recipient: 'public', method: 'GET' });
      expect((await newest(3)).map(({ kind, tenant }) => [kind, tenant])).toEqual([
        ['provision', undefined],
        ['provision', 'tokiwa'],
        ['publication', 'tokiwa'],
      ]);
    });
  });

  describe('an authority of a tenant', () => {
    const asked = (office: string) => ({
      profile: TOKIWA_PROFILE,
      office,
      fields: FIELDS['official-position'] ?? {},
    });

    it('issues to offices of the tenant alone, whatever order it gets', async () => {
      const { authority } = service.core;
      const order = {
        ...asked('okitsu'),
        order: 'forged',
        subjectPublicKeyInfo: new Uint8Array(),
        actor: 'operator-noda',
      };
      await expect(authority.describe(asked('okitsu'))).rejects.toMatchObject({ code: 'unknown-profile' });
      await expect(
        authority.toExamine({ ...asked('okitsu'), subjectPublicKeyInfo: new Uint8Array() }, '00'),
      ).rejects.toMatchObject({ code: 'unknown-profile' });
      await expect(authority.issue(order)).rejects.toMatchObject({ code: 'unknown-profile' });
      expect((await authority.describe(asked('mizusaki-higashi'))).tenant).toBe('tokiwa');
    });

    it('has profiles that other tenants do not see', async () => {
      const asking = ['higashi-chief', 'okitsu-examiner', 'minase-kuroda'].map(service.principal);
      const seen = async (who: Principal) =>
        (await service.app.profiles.list(who)).some(({ id }) => id === TOKIWA_PROFILE);
      expect(await Promise.all(asking.map(seen))).toEqual([true, false, false]);
      expect(await seen(service.principal('operator-noda'))).toBe(true);
    });

    it('is named with its tenant to everybody', async () => {
      const authorities = await service.app.authority.authorities();
      expect(authorities.flatMap(({ id, tenant }) => (tenant === undefined ? [] : [[id, tenant]]))).toEqual([
        [TOKIWA_CA, 'tokiwa'],
      ]);
    });
  });
};
