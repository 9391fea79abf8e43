import type { OfficeView, PrincipalView } from '../../../lib/enrolment/enrolment.ts';

/** The tenant of an office or a principal, also before it is enrolled; none for principals of the service. */
export const tenantOf = ({
  tenant,
  awaiting,
}: Pick<OfficeView | PrincipalView, 'tenant' | 'awaiting'>): { readonly tenant?: string } => {
  const known = tenant ?? awaiting?.tenant;
  return known === undefined ? {} : { tenant: known };
};
