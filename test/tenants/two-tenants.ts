import { join } from 'node:path';
import type { OfficeTerms } from '../../lib/enrolment/enrolment.ts';
import type { CertificateRef, Principal } from '../../lib/principal.ts';
import type { RequestView } from '../../lib/registration/registration.ts';
import { enrolled, type Member, MINAMI, officer } from '../enrolment/people.ts';
import { type DomainFile, FIELDS, opensslRequest, type Service, serveService } from '../service.ts';

/* A service with two tenants: Tokiwa, with the office Minami and a CA of its own, and Minase, with the office Okitsu. */

export const TOKIWA_CA = 'tokiwa-seal-1';
export const TOKIWA_PROFILE = 'tokiwa-position';

const OKITSU: OfficeTerms = {
  ...MINAMI,
  tenant: 'minase',
  name: { ja: '興津町役場', en: 'Okitsu Town Office' },
  attributes: { O: 'Okitsu Town', organisationJa: '興津町', prefecture: 'Minase', L: 'Okitsu-cho' },
  code: '999997',
  profiles: ['official-position'],
};

/** Tokiwa gets a CA, and a profile that asks it. */
const tokiwaHasOwnCa = ({ authorities, profiles }: DomainFile): void => {
  const shared = authorities.find(({ id }) => id === 'organisation');
  const profile = profiles.find(({ id }) => id === 'official-position');
  if (!shared || !profile) throw new Error('the demonstration has changed');
  const own = {
    id: 'tokiwa-seal',
    tenant: 'tokiwa',
    serialPrefix: '0b',
    algorithm: 'ecdsa-p256-sha256',
    subject: [
      ['C', 'JP'],
      ['O', 'Tokiwa Prefecture'],
      ['CN', 'Seal CA'],
    ],
  };
  (authorities as DomainFile['authorities'][number][]).push({ ...structuredClone(shared), ...own });
  (profiles as DomainFile['profiles'][number][]).push({
    ...structuredClone(profile),
    id: TOKIWA_PROFILE,
    authority: 'tokiwa-seal',
  });
};

export interface TwoTenants extends Awaited<ReturnType<typeof serveService>> {
  readonly members: Readonly<
    Record<'chief' | 'clerk' | 'examiner' | 'counter' | 'kuroda' | 'shima' | 'auditor', Member>
  >;
  /** By a token of the caller. */
  send(
    caller: Principal,
    method: string,
    path: string,
    body?: unknown,
    type?: string,
  ): Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }>;
  /** Submitted at the office and examined there. */
  examined(by: readonly [Principal, Principal], profile: string): Promise<RequestView>;
  /** The same, approved by an operator of the service. */
  issued(
    by: readonly [Principal, Principal],
    profile: string,
  ): Promise<RequestView & { certificate: CertificateRef }>;
}

export const openTwoTenants = async (folder: string): Promise<TwoTenants> => {
  const service = await serveService(join(folder, 'data'), { domain: tokiwaHasOwnCa });
  const { offices } = service.app.enrolment;
  const [sakai, noda] = [service.principal('operator-sakai'), service.principal('operator-noda')];
  for (const [id, terms] of [
    ['minami', { ...MINAMI, profiles: ['official-position', TOKIWA_PROFILE] }],
    ['okitsu', OKITSU],
  ] as const) {
    await offices.propose(sakai, id, terms);
    await offices.confirm(noda, id);
  }
  const ofOkitsu = (name: string, ...duties: Parameters<typeof officer>[1][]) => ({
    ...officer(name, ...duties),
    office: 'okitsu',
  });
  const ofMinase = (role: 'operator' | 'auditor', name: string) => ({
    role,
    tenant: 'minase',
    name: { ja: name, en: `Minase ${name}` },
  });
  const members = {
    chief: await enrolled(service, 'minami-chief', officer('責任者', 'responsible', 'receive', 'examine')),
    clerk: await enrolled(service, 'minami-clerk', officer('係員', 'receive')),
    examiner: await enrolled(
      service,
      'okitsu-examiner',
      ofOkitsu('責任者', 'responsible', 'receive', 'examine'),
    ),
    counter: await enrolled(service, 'okitsu-counter', ofOkitsu('窓口', 'receive')),
    kuroda: await enrolled(service, 'minase-kuroda', ofMinase('operator', '黒田')),
    shima: await enrolled(service, 'minase-shima', ofMinase('operator', '志摩')),
    auditor: await enrolled(service, 'minase-auditor', ofMinase('auditor', '監査')),
  };
  const tokens = new Map<string, string>();
  const tokenOf = async (caller: Principal): Promise<string> => {
    const token = tokens.get(caller.id) ?? (await service.app.principals.issueToken(caller)).token;
    tokens.set(caller.id, token);
    return token;
  };
  const send: TwoTenants['send'] = async (caller, method, path, body, type = 'application/json') => {
    const answer = await fetch(`${service.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await tokenOf(caller)}`,
        ...(body !== undefined && { 'content-type': type }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
  let made = 0;
  const { registration } = service.app;
  const examined: TwoTenants['examined'] = async ([clerk, chief], profile) => {
    const csr = opensslRequest(folder, `request-${++made}`);
    const submission = { profile, csr, fields: FIELDS['official-position'] ?? {} };
    const { request } = await registration.submit(clerk, submission);
    return registration.examine(chief, request.id, { decision: 'approve' });
  };
  return {
    ...service,
    members,
    send,
    examined,
    issued: async (by, profile) => {
      const { id } = await examined(by, profile);
      const done = await registration.examine(noda, id, { decision: 'approve' });
      if (!done.certificate) throw new Error(`the request ended ${done.state}`);
      return { ...done, certificate: done.certificate };
    },
  };
};

/** The serial number of a certificate of the CA that has this profile. */
export const serialOf = async (service: Service, ca: string, wanted: string): Promise<string> => {
  const { serials } = await service.app.authority.serials(ca, { limit: 100 });
  return serials.find(({ profile }) => profile === wanted)?.serial as string;
};
