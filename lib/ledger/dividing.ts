import type { Json } from '../store/store.ts';
import type { ProvisionDraft } from './contract.ts';

/** The items at these places of a list that has one item for each certificate. Other values stay as they are. */
const itemsAt = (value: Json | undefined, places: readonly number[], all: number): Json | undefined =>
  Array.isArray(value) && value.length === all ? places.map((place) => value[place] as Json) : value;

const ofTenant = (draft: ProvisionDraft, tenant: string | undefined): ProvisionDraft => {
  const { tenant: _, ...rest } = draft;
  return { ...rest, ...(tenant !== undefined && { tenant }) };
};

/**
 * One draft for each tenant of an answer's certificates (`tenants`), in the order in which the answer names them. What is no
 * certificate belongs to `tenant`: the requests, the numbers without a certificate, and the rest of `count`. What belongs to
 * nobody goes with the certificates where these are one tenant's, so that most answers have one record. It has a draft of its own
 * where they are several tenants'.
 */
export const divide = ({ tenants, ...draft }: ProvisionDraft): readonly ProvisionDraft[] => {
  if (tenants === undefined) return [draft];
  const { certificates, requests = [], provided, count } = draft;
  const { answers, reasons, unregistered, impossible, ...told } = provided;
  const groups = Map.groupBy(certificates.keys(), (place) => tenants[place]);
  const others = count - certificates.length;
  const hasOthers =
    unregistered !== undefined || impossible !== undefined || requests.length > 0 || others > 0;
  if (hasOthers || groups.size === 0) groups.set(draft.tenant, groups.get(draft.tenant) ?? []);
  const named = [...groups.keys()].filter((tenant) => tenant !== undefined);
  if (named.length < 2) return [ofTenant(draft, named[0])];

  const { requests: _, ...bare } = draft;
  return [...groups].map(([tenant, places]) => {
    const isRest = tenant === draft.tenant;
    const own = {
      answers: itemsAt(answers, places, certificates.length),
      reasons: itemsAt(reasons, places, certificates.length),
    };
    const hasReason = Array.isArray(own.reasons) && own.reasons.some((reason) => reason !== null);
    return {
      ...ofTenant(bare, tenant),
      certificates: places.map((place) => certificates[place] as (typeof certificates)[number]),
      ...(isRest && requests.length > 0 && { requests }),
      provided: {
        ...told,
        ...(own.answers !== undefined && { answers: own.answers }),
        ...(hasReason && { reasons: own.reasons }),
        ...(isRest && unregistered !== undefined && { unregistered }),
        ...(isRest && impossible !== undefined && { impossible }),
      },
      count: places.length + (isRest ? Math.max(0, others) : 0),
    };
  });
};
