import { Fault, phrase } from '../../lib/fault.ts';
import type { Principal } from '../../lib/principal.ts';

/** Refuses principals of a tenant, because the operation concerns the service as a whole. Fault: `forbidden`. */
export const assertOfService = ({ tenant }: Principal): void => {
  if (tenant === undefined) return;
  throw new Fault(
    'forbidden',
    phrase`This operation concerns the service as a whole; principals of the tenant ${tenant} may not call it. Ask an operator or auditor of the service.`,
    { tenant },
  );
};
