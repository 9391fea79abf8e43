import type { DataKeyId } from './contract.ts';

/* The names of data keys, and the months that they stand for (UTC). */

/** Where there is no tenant. The id of a tenant has no underscore. */
const OF_SERVICE = '_service';

export const tenantPart = (tenant: string | undefined): string => tenant ?? OF_SERVICE;

/** The tenant as views and records name it. */
export const ofTenant = (part: string): { readonly tenant?: string } =>
  part === OF_SERVICE ? {} : { tenant: part };

/** `2037-04`. */
export const monthOf = (ms: number): string => new Date(ms).toISOString().slice(0, 7);

/** Milliseconds since the epoch: the first moment after the month. */
export const endOfMonth = (month: string): number => {
  const first = new Date(`${month}-01T00:00:00Z`);
  return Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 1);
};

export const isMonth = (text: string): boolean => /^\d{4}-(?:0[1-9]|1[0-2])$/.test(text);

/** A data key of a tenant and a month, or of a tenant's searches among what ends in a year. */
export type KeyName =
  | { readonly tenant: string; readonly month: string; readonly generation: number }
  | { readonly tenant: string; readonly year: string };

export const keyIdOf = (name: KeyName): DataKeyId =>
  'month' in name ? `${name.tenant}.${name.month}.${name.generation}` : `${name.tenant}.${name.year}.search`;

const KEY_ID = /^([a-z0-9_-]{1,64})\.(?:(\d{4}-\d{2})\.([1-9]\d{0,3})|(\d{4})\.search)$/;

/** Undefined where it is no name of a data key. */
export const parseKeyId = (id: unknown): KeyName | undefined => {
  const [, tenant = '', month, generation, year] = KEY_ID.exec(typeof id === 'string' ? id : '') ?? [];
  if (month !== undefined && isMonth(month)) return { tenant, month, generation: Number(generation) };
  return year === undefined ? undefined : { tenant, year };
};

/** The end under which the acts on a key stand: 1 closes it for new items or destroys it, 2 destroys one that was closed. */
export const actsOnKey = (id: DataKeyId): string => `data-key.${id}`;
