import type { CertificateRef, Principal } from '../../lib/principal.ts';
import type { RequestView } from '../../lib/registration/registration.ts';
import type { TestPeople } from '../demonstration-people.ts';
import { serveService } from '../served-service.ts';
import { type DomainFile, FIELDS, opensslRequest, type Service } from '../service.ts';

/*
 * The demonstration's two tenants. Tokiwa gets a CA of its own, and the office Higashi a profile under it. Minase has the office
 * Okitsu.
 */

export const TOKIWA_CA = 'tokiwa-seal-1';
export const TOKIWA_PROFILE = 'tokiwa-position';

const domain = ({ authorities, profiles }: DomainFile): void => {
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

const people = ({ offices }: TestPeople): void => {
  for (const office of offices) {
    if (office.id !== 'mizusaki-higashi') continue;
    Object.assign(office, { profiles: [...office.profiles, TOKIWA_PROFILE] });
  }
};

export interface TwoTenants extends Awaited<ReturnType<typeof serveService>> {
  /** By a token of the caller. */
  send(
    caller: Principal,
    method: string,
    path: string,
    body?: unknown,
    type?: string,
  ): Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }>;
  /** Submitted at an office of the tenant and examined there. */
  examined(tenant: keyof typeof OFFICERS, profile: string): Promise<RequestView>;
  /** The same, approved by an operator of the service. */
  issued(
    tenant: keyof typeof OFFICERS,
    profile: string,
  ): Promise<RequestView & { certificate: CertificateRef }>;
}

const OFFICERS = {
  tokiwa: ['higashi-counter', 'higashi-chief'],
  minase: ['okitsu-counter', 'okitsu-examiner'],
} as const;

export const openTwoTenants = async (folder: string): Promise<TwoTenants> => {
  const service = await serveService(folder, { domain, people });
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
  const examined: TwoTenants['examined'] = async (tenant, profile) => {
    const [counter, examiner] = OFFICERS[tenant];
    const csr = opensslRequest(folder, `request-${++made}`);
    const submission = { profile, csr, fields: FIELDS['official-position'] ?? {} };
    const { request } = await registration.submit(service.principal(counter), submission);
    return registration.examine(service.principal(examiner), request.id, { decision: 'approve' });
  };
  return {
    ...service,
    send,
    examined,
    issued: async (tenant, profile) => {
      const { id } = await examined(tenant, profile);
      const noda = service.principal('operator-noda');
      const done = await registration.examine(noda, id, { decision: 'approve' });
      if (!done.certificate) throw new Error(`the request ended ${done.state}`);
      return { ...done, certificate: done.certificate };
    },
  };
};

/** The serial number of a certificate of the CA that has this profile, and of this tenant where one is named. */
export const serialOf = async (
  service: Service,
  ca: string,
  wanted: string,
  of?: string,
): Promise<string> => {
  const { serials } = await service.app.authority.serials(ca, { limit: 100 });
  return serials.find(({ profile, tenant }) => profile === wanted && (of ?? tenant) === tenant)
    ?.serial as string;
};
