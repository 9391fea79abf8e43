import type { ActRecord } from '../ledger/ledger.ts';
import { textIn, timeIn } from '../members.ts';
import { SKEW_MS } from './acts.ts';
import type { Issuance } from './certificate-facts.ts';
import type { RecordObserver, Report } from './contract.ts';

/** What the service says about data that have ended: which key was destroyed, or by which order they were erased. */
export interface Ended {
  readonly key?: string | undefined;
  readonly record?: string | undefined;
}

/**
 * Checks the acts that end personal data. A data key is destroyed once its month is over, or after an erasure closed it. A legal
 * hold, its release and an erasure take two operators: the act of the second one names the record of the first one's asking
 * (`confirms`), which was for the same.
 */
export interface PersonalDataCheck extends RecordObserver {
  /** The act by which the data of this certificate ended, where the log has it; `newer` than the checkpoint, or with a leaf. */
  proof(ended: Ended, issuance: Issuance): 'newer' | 'leaf' | undefined;
  conclude(): void;
}

/** The part of a data key's id that stands for a tenant, where there is none. */
const OF_SERVICE = '_service';
const KEY = /^([a-z0-9_-]{1,64})\.(?:(\d{4})-(\d{2})\.[1-9]\d{0,3}|(\d{4})\.search)$/;

/** The tenant of a data key, and the first moment after its month (or its year, for a key of searches). */
const readKey = (id: unknown): { readonly tenant: string; readonly end: number } | undefined => {
  const [, tenant, year, month, ofSearches] = KEY.exec(textIn(id) ?? '') ?? [];
  if (tenant === undefined) return undefined;
  // Date.UTC counts months from 0, so this is the next one.
  const end = ofSearches ? Date.UTC(Number(ofSearches) + 1, 0, 1) : Date.UTC(Number(year), Number(month), 1);
  return { tenant, end };
};

/** The service counts years by their dates, and an audit by their average length. */
const DATES_MS = 2 * 86_400_000;

const ORDERS: ReadonlySet<unknown> = new Set(['hold', 'release', 'erasure']);

interface Observed {
  readonly record: ActRecord;
  readonly newer: boolean;
}

export const openPersonalDataCheck = ({
  report,
  retention,
}: {
  readonly report: Report;
  /** How long the data of a certificate are kept after its end, in milliseconds. */
  readonly retention: number;
}): PersonalDataCheck => {
  const askings = new Map<string, ActRecord>();
  /** Two operators recorded that the table lost them: who asked cannot be compared any more. */
  const lostAskings = new Set<string>();
  const orders = new Map<string, Observed>();
  /** By the id of the key. */
  const destroyed = new Map<string, readonly Observed[]>();
  const closed = new Map<string, readonly Observed[]>();

  const isOrderedByTwo = ({ actor, tenant, holder, time, details }: ActRecord): boolean => {
    const confirmed = textIn(details.confirms) ?? '';
    const asking = askings.get(confirmed);
    if (asking === undefined && lostAskings.has(confirmed))
      return details.askedBy !== actor && details.askedByPerson !== details.person;
    return (
      asking !== undefined &&
      asking.tenant === tenant &&
      asking.holder === holder &&
      asking.actor !== actor &&
      asking.actor === details.askedBy &&
      asking.details.person !== details.person &&
      asking.details.asks === details.act &&
      asking.details.reference === details.reference &&
      Date.parse(time) < timeIn(asking.details.lapsesAt)
    );
  };

  const isErasure = (record: ActRecord | undefined): record is ActRecord =>
    record?.details.act === 'erasure' && isOrderedByTwo(record);

  const isAfterEnd = ({ time, details }: ActRecord): boolean => {
    const end = readKey(details.key)?.end;
    return end !== undefined && Date.parse(time) >= end - SKEW_MS;
  };

  /** An erasure in the same tenant closed the key before, and what remained was put under the next one. */
  const isBecauseOfErasure = ({ time, details }: ActRecord): boolean => {
    const tenant = readKey(details.key)?.tenant;
    const closings = closed.get(textIn(details.key) ?? '') ?? [];
    return closings.some(({ record: closing }) => {
      const order = orders.get(textIn(closing.details.because) ?? '')?.record;
      const isInOrder = order !== undefined && order.time <= closing.time && closing.time <= time;
      return isInOrder && isErasure(order) && (order.tenant ?? OF_SERVICE) === tenant;
    });
  };

  const proofOf = ({ key, record }: Ended, issuance: Issuance): Observed | undefined => {
    if (record !== undefined) {
      const order = orders.get(record);
      const { tenant, holder } = issuance;
      const isItsOwn = holder !== undefined && order?.record.holder === holder;
      return isErasure(order?.record) && isItsOwn && order?.record.tenant === tenant ? order : undefined;
    }
    const { tenant, end = 0 } = readKey(key) ?? {};
    const isItsOwn = tenant === (issuance.tenant ?? OF_SERVICE);
    const isOver = end >= issuance.notAfter + retention - DATES_MS;
    if (!isItsOwn || !isOver) return undefined;
    return destroyed.get(key ?? '')?.find((act) => isAfterEnd(act.record));
  };

  return {
    observe: (record, newer) => {
      if (record.kind === 'personal-data') {
        if (record.details.act === 'asked') askings.set(record.id, record);
        if (ORDERS.has(record.details.act)) orders.set(record.id, { record, newer });
      }
      if (record.kind === 'data-key') {
        const { act, key } = record.details;
        const acts = act === 'destroyed' ? destroyed : act === 'closed' ? closed : undefined;
        const id = textIn(key) ?? '';
        acts?.set(id, [...(acts.get(id) ?? []), { record, newer }]);
      }
    },

    retract: ({ id, kind, lost }) => {
      if (lost) lostAskings.add(id);
      askings.delete(id);
      orders.delete(id);
      if (kind !== 'data-key') return;
      for (const acts of [destroyed, closed]) {
        for (const [key, observed] of acts)
          acts.set(
            key,
            observed.filter(({ record }) => record.id !== id),
          );
      }
    },

    proof: (ended, issuance) => {
      const act = proofOf(ended, issuance);
      return act && (act.newer ? 'newer' : 'leaf');
    },

    conclude: () => {
      for (const [record, { record: order }] of orders) {
        if (!isOrderedByTwo(order)) report('order-not-confirmed', { record });
      }
      for (const [key, acts] of destroyed) {
        for (const { record } of acts) {
          if (isAfterEnd(record) || isBecauseOfErasure(record)) continue;
          report('data-key-destroyed-early', { key, record: record.id });
        }
      }
    },
  };
};
