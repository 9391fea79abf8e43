import type { Duty, Principal } from '../../lib/principal.ts';
import type { RequestState, RequestView } from '../../lib/registration/registration.ts';
import { FIELDS, opensslRequest, type Service } from '../service.ts';
import { enter, type Member, MINAMI, officer, ownCertificate } from './people.ts';

/** Offices that merge, each with two officers who have every duty: a town with two clerks can work. */

export const DUTIES: readonly Duty[] = ['responsible', 'receive', 'examine'];
export const APPROVAL = { decision: 'approve' } as const;

export const operators = (service: Service): readonly [Principal, Principal] => [
  service.principal('operator-sakai'),
  service.principal('operator-noda'),
];

/** Two operators open an office; its subjects name it as `O`. */
export const openTown = async (service: Service, id: string): Promise<void> => {
  const [sakai, noda] = operators(service);
  const { code: _, ...terms } = MINAMI;
  const attributes = { ...terms.attributes, O: `Town of ${id}` };
  await service.app.enrolment.offices.propose(sakai, id, { ...terms, attributes });
  await service.app.enrolment.offices.confirm(noda, id);
};

export interface Town {
  readonly id: string;
  readonly one: Member;
  readonly two: Member;
}

export const openTownWithClerks = async (service: Service, id: string): Promise<Town> => {
  await openTown(service, id);
  const [sakai, noda] = operators(service);
  const { people } = service.app.enrolment;
  const clerk = { ...officer('係員', ...DUTIES), office: id };
  await people.propose(sakai, `${id}-one`, clerk);
  const first = await people.confirm(noda, `${id}-one`);
  const one = await enter(service, first.invitation ?? '', sakai);
  const { invitation } = await people.invite(one.principal, `${id}-two`, clerk);
  return { id, one, two: await enter(service, invitation, one.principal) };
};

/** Who an officer is now, by the certificate. */
export const again = (service: Service, { pem }: Member, by: 'rows' | 'acts' = 'acts'): Promise<Principal> =>
  service.app.principals.byCertificate(ownCertificate(pem), by);

let requests = 0;

/** Brings a request of the town to this state. */
export const requestIn = async (
  service: Service,
  { one, two }: Town,
  state: Extract<RequestState, 'submitted' | 'examined' | 'approved' | 'issued'>,
): Promise<RequestView> => {
  const { registration } = service.app;
  const profile = 'official-position';
  const csr = opensslRequest(service.folder, `town-${requests++}`);
  const { request } = await registration.submit(one.principal, {
    profile,
    csr,
    fields: FIELDS[profile] ?? {},
  });
  if (state === 'submitted') return request;
  const examined = await registration.examine(two.principal, request.id, APPROVAL);
  if (state === 'examined') return examined;
  return registration.examine(operators(service)[1], request.id, APPROVAL);
};
