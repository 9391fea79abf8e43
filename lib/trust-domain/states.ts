import * as z from 'zod';
import { Fault } from '../fault.ts';
import type { ActDraft, Concluded } from '../ledger/ledger.ts';
import type { PrincipalKey } from '../principal.ts';
import type { FoundingOperator, InForce, States, TrustDomainState } from './contract.ts';
import type { Recorder } from './deps.ts';

/** The states of the trust domain, as objects (contract.ts). */
const ACT = 'trust-domain';

const former = z.object({ urls: z.array(z.string()), until: z.iso.datetime() });
const url = z.string();

const Details = z.object({
  step: z.enum(['first', 'applied']),
  number: z.int(),
  before: z.string().optional(),
  after: z.string(),
  amendment: z.string().optional(),
  basis: z.array(z.string()).optional(),
  addresses: z.object({
    current: z.tuple([url], url),
    longest: z.object({ months: z.int(), seconds: z.int() }),
    former: z.array(former),
  }),
  logOrigin: z.string(),
  operators: z.array(z.object({ id: z.string(), person: z.string(), tenant: z.string().exactOptional() })),
  withdrawn: z.string(),
  credentials: z
    .array(z.object({ principal: z.string(), publicKeyDigest: z.string(), keyIdentity: z.string() }))
    .optional(),
});

const damaged = (number: number, cause?: unknown): Fault =>
  new Fault(
    'act-object-invalid',
    'The object of the trust domain in force is not one that a ceremony makes.',
    { number },
    { cause },
  );

const namedKey = ({ principal, publicKeyDigest, keyIdentity }: PrincipalKey) => ({
  principal,
  publicKeyDigest,
  keyIdentity,
});

const named = ({ id, person, tenant }: FoundingOperator) => ({
  id,
  person,
  ...(tenant !== undefined && { tenant }),
});

const stateOf = ({ record, writes }: Concluded, number: number): TrustDomainState => {
  if (record.kind !== ACT) throw damaged(number);
  const { data, error } = Details.safeParse(record.details);
  if (data?.number !== number || (data.step === 'first') !== (number === 1)) throw damaged(number, error);
  const { before, after, amendment, basis, addresses, logOrigin, operators, withdrawn, credentials } = data;
  return {
    number,
    digest: after,
    ...(before !== undefined && { before }),
    record: record.id,
    actor: record.actor,
    time: record.time,
    ...(amendment !== undefined && { amendment }),
    ...(basis?.[0] !== undefined && { proposal: basis[0] }),
    addresses,
    logOrigin,
    operators,
    withdrawn,
    ...(credentials && { credentials }),
    writes,
  };
};

export const openStates = (
  recorder: Pick<Recorder, 'conclude' | 'conclusion'>,
  inForce: Pick<InForce, 'read'>,
): States => {
  /** The highest number that this process has seen. A state is never taken back. */
  let seen: number | undefined;

  /**
   * Each state was put over the one before it, so a search may begin at any that is there. The row saves a look at all
   * earlier ones. A row that names a state which is not there, or an earlier one, only makes the search longer.
   */
  const begin = async (): Promise<TrustDomainState | undefined> => {
    const hint = seen ?? (await inForce.read())?.value.number ?? 1;
    const found = Number.isSafeInteger(hint) && hint > 1 ? await read(hint) : undefined;
    return found ?? read(1);
  };

  const read = async (number: number): Promise<TrustDomainState | undefined> => {
    const object = await recorder.conclusion({ act: ACT, number });
    return object && stateOf(object, number);
  };

  return {
    newest: async () => {
      let newest = await begin();
      for (let next = newest; next !== undefined; next = await read(next.number + 1)) newest = next;
      seen = newest?.number;
      return newest;
    },

    all: async () => {
      const states: TrustDomainState[] = [];
      for (let state = await read(1); state !== undefined; state = await read(state.number + 1))
        states.push(state);
      return states;
    },

    put: async ({ number, actor, details, addresses, logOrigin, operators, withdrawn, credentials }) => {
      const { current, longest, former } = addresses;
      const told = { current, longest: { ...longest }, former: former.map((one) => ({ ...one })) };
      const draft: ActDraft = {
        kind: ACT,
        actor,
        details: {
          ...details,
          number,
          addresses: told,
          logOrigin,
          operators: operators.map(named),
          withdrawn,
          ...(credentials && { credentials: credentials.map(namedKey) }),
        },
      };
      return stateOf(await recorder.conclude(draft, { act: ACT, number }), number);
    },
  };
};
