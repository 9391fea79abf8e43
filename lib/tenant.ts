import type { Principal } from './principal.ts';

/**
 * A tenant is an organisation that runs its own authorities, such as a prefecture. Offices and their requests, certificates and
 * records belong to one. Some things belong to none: the file of the trust domain, its log, and the CAs that serve all tenants.
 */

/**
 * Whether the affairs of this tenant are the actor's to see. Those of no tenant are seen by the principals of the service only.
 * Where this is false, the answer is the same as for an id that nobody has.
 */
export const serves = ({ tenant: own }: Pick<Principal, 'tenant'>, tenant: string | undefined): boolean =>
  own === undefined || own === tenant;

/** Whether the actor may know a CA of this tenant. CAs of no tenant serve all, so everybody knows them. */
export const knowsCaOf = (actor: Pick<Principal, 'tenant'>, tenant: string | undefined): boolean =>
  tenant === undefined || serves(actor, tenant);
