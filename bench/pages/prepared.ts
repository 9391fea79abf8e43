import { readKey } from '../../lib/acts/key-objects.ts';
import { statusName } from '../../lib/authority/status-acts.ts';
import type { ActRecord } from '../../lib/ledger/ledger.ts';
import { readTreeEnd, type TreeEnd } from '../../lib/ledger/tree.ts';
import { readTree } from '../../lib/ledger/tree-row.ts';
import type { OpenKey } from '../../lib/personal/key-ring.ts';
import { monthOf } from '../../lib/personal/months.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import { addPeriod, type Period } from '../../lib/trust-domain/trust-domain.ts';
import type { Opened } from '../ocsp/store.ts';
import { FURTHEST_END_MS, prepareMeans } from '../personal/means.ts';
import {
  AUTHENTICATION,
  counter,
  makeTemplates,
  POSITION,
  SIGNATURE,
  type Templates,
  templateName,
} from '../personal/templates.ts';
import type { Prefixes } from './drawn.ts';

/** All that rows are made with while nobody has the store open. Threads get copies of it, so it has no functions. */
export interface Prepared {
  /** Milliseconds since the epoch: everything that is filled in was before. */
  readonly until: number;
  readonly prefixes: Prefixes;
  readonly templates: Templates;
  /** What a revocation and a hold are recorded as. */
  readonly closings: Readonly<Record<'revoked' | 'hold', ActRecord>>;
  /** The log that acts are signed for. */
  readonly origin: string;
  readonly monthKeys: ReadonlyMap<string, OpenKey>;
  readonly searchKeys: ReadonlyMap<string, Uint8Array>;
  /** How long the data of a certificate are kept after its end. */
  readonly kept: Period;
  /** The month in which the data of requests without a certificate end. */
  readonly requestsEnd: string;
  readonly tree: TreeEnd;
}

const found = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('something was not prepared');
  return value;
};

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Over a folder in which the service has run, so that its people have their credentials. */
export const prepare = async (opened: Opened): Promise<Prepared> => {
  const { core, ports, table, bucket, trustDomain } = opened;
  const until = ports.clock() - MINUTE_MS;
  const templates = await makeTemplates(opened);
  const means = await prepareMeans(opened);

  const refOf = (profile: string, n: number): CertificateRef =>
    found(templates.get(templateName(profile, 'issued'))?.[n]?.row.certificate);
  const prefixes = Object.fromEntries(
    [SIGNATURE, AUTHENTICATION, POSITION].map((profile) => {
      const { ca, serial } = refOf(profile, 0);
      // The rest of a serial number is drawn by chance.
      return [profile, { ca, serial: serial.slice(0, -32) }];
    }),
  );

  const closingOf = async (ref: CertificateRef): Promise<ActRecord> =>
    found(await core.ledger.conclusion({ act: statusName(ref), number: 1 })).record as ActRecord;
  const [revoked, held] = [refOf(AUTHENTICATION, 0), refOf(AUTHENTICATION, 1)];
  await core.authority.revoke(counter, revoked, { reason: 'cessationOfOperation' });
  await core.authority.hold(counter, held);

  const kept = trustDomain.retention.issuanceAfterExpiry;
  const monthKeys = new Map<string, OpenKey>();
  const searchKeys = new Map<string, Uint8Array>();
  const requestsEnd = monthOf(means.endOfRequest(means.began));
  const months = Array.from({ length: FURTHEST_END_MS / DAY_MS + 1 }, (_, day) =>
    monthOf(addPeriod(new Date(means.began + day * DAY_MS), kept).getTime()),
  );
  for (const month of [requestsEnd, ...months]) {
    monthKeys.set(month, means.monthKey(month));
    searchKeys.set(month.slice(0, 4), means.searchKey(month));
  }

  // Each leaf that the records of this preparation get comes after those of the filled ones.
  const { row } = found(await readTree(table));
  const tree = await readTreeEnd(bucket, { size: row.size, root: Buffer.from(row.root, 'base64') });
  return {
    until,
    prefixes,
    templates,
    closings: { revoked: await closingOf(revoked), hold: await closingOf(held) },
    origin: found(await readKey(ports.objects, 'issuance', 1)).key.origin,
    monthKeys,
    searchKeys,
    kept,
    requestsEnd,
    tree,
  };
};
