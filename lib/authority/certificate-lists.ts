import { officesOf } from '../acting-office.ts';
import { Fault, phrase } from '../fault.ts';
import type { CertificateRef, Principal } from '../principal.ts';
import { MAX_PAGE, readCursor, writeCursor } from '../store/store.ts';
import { serves } from '../tenant.ts';
import {
  holderListPk,
  issuedToListPk,
  listedAs,
  officeListPk,
  profileListPk,
  readListed,
  tenantListPk,
} from './certificate-listings.ts';
import type { CertificateViews } from './certificate-views.ts';
import { isWithin, type Window, windowOf } from './certificate-window.ts';
import { type CertificateRow, certificateKey } from './certificates.ts';
import type { Authority, CertificateQuery, ListedCertificate } from './contract.ts';
import type { AuthorityDeps } from './deps.ts';

const MOST = 100;
/** For one answer so many certificates are looked at. A page may be shorter than asked for, and have a cursor. */
const MAX_LOOKED_AT = 300;
/** Certificates that are looked at together, where only some of a list are asked for. */
const AT_ONCE = 50;

/** A place in a list or in what a search found. */
interface Entry {
  /** Absent where the request led to no certificate, or where somebody else wrote the row. */
  readonly ref: CertificateRef | undefined;
  /** Whether this is the place where the certificate belongs. */
  readonly fits: (row: CertificateRow) => boolean;
  /** A page can go on after it. Absent in a search, which goes on by its own cursor. */
  readonly place?: string;
}

interface Found {
  readonly ref: CertificateRef;
  readonly row: CertificateRow;
  readonly standing: Awaited<ReturnType<CertificateViews['standingOf']>>;
}

interface Source {
  /** How many places to look at together, where so many certificates are lacking on the page. */
  readonly chunk: (lacking: number) => number;
  readonly page: (
    limit: number,
    after: string | undefined,
  ) => Promise<{ readonly entries: readonly Entry[]; readonly next?: string }>;
  /** A page costs a look-up for each year: an answer has one, and may be short. */
  readonly isDear?: true;
  /** How many there are, where the list has all that is asked for and nothing else. */
  readonly total?: () => Promise<{ readonly total: number; readonly more?: true }>;
}

type Deps = Pick<
  AuthorityDeps,
  'table' | 'personal' | 'trustDomain' | 'tenantOfOffice' | 'certificateOfRequest' | 'clock'
>;

/**
 * Lists of certificates. One list is read, the narrowest that there is for the query; what else is asked for is compared with the
 * certificates' own rows. A row of a list opens nothing: who may see a certificate goes by the record of its issuance.
 */
export const openCertificateLists = (deps: Deps, views: CertificateViews): Authority['list'] => {
  const { table, personal, trustDomain, clock } = deps;

  /** The tenant whose list is read. Only for principals of the service there may be several. */
  const tenantFor = (actor: Principal, named: string | undefined): string => {
    if (actor.tenant !== undefined) return actor.tenant;
    const [only, another] = trustDomain.tenants;
    const tenant = named ?? (another === undefined ? only?.id : undefined);
    if (tenant !== undefined) return tenant;
    throw new Fault('invalid-input', 'Name an office, a tenant, a holder or an officer.', { path: 'tenant' });
  };

  /** One list, and whether it has all that the query asks for and nothing else. */
  const listOf = (
    actor: Principal,
    office: string | undefined,
    { tenant: named, holder, issuedTo, profile, status }: CertificateQuery,
  ): { readonly pk: string; readonly isWhole: boolean } => {
    const isOfAll = (...others: readonly unknown[]): boolean => others.every((one) => one === undefined);
    if (holder !== undefined) {
      const pk = holderListPk(holder, actor.tenant ?? named);
      return { pk, isWhole: isOfAll(office, issuedTo, profile, status) };
    }
    // An officer may have belonged to offices of several tenants.
    if (issuedTo !== undefined) return { pk: issuedToListPk(issuedTo), isWhole: false };
    const pk = office === undefined ? tenantListPk(tenantFor(actor, named)) : officeListPk(office);
    const isWhole = isOfAll(status, office === undefined ? undefined : named);
    return profile === undefined ? { pk, isWhole } : { pk: profileListPk(pk, profile), isWhole };
  };

  const listed = (
    { pk, isWhole }: { readonly pk: string; readonly isWhole: boolean },
    { from, to }: Window,
    descending: boolean,
  ): Source => {
    const range = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
    return {
      chunk: (lacking) => (isWhole ? lacking : AT_ONCE),
      page: async (limit, after) => {
        // The smallest key above the last one.
        const rest = after === undefined ? {} : descending ? { to: after } : { from: `${after}\0` };
        const { items, cursor } = await table.query({ pk, ...range, ...rest, descending, limit });
        const last = items.at(-1)?.sk;
        return {
          entries: items.map(({ sk }): Entry => {
            const ref = readListed(sk);
            return { ref, place: sk, fits: (row) => ref !== undefined && listedAs(ref, row) === sk };
          }),
          ...(cursor !== undefined && last !== undefined && { next: last }),
        };
      },
      ...(isWhole && {
        total: async () => {
          const { items, cursor } = await table.query({ pk, ...range, limit: MAX_PAGE });
          return { total: items.length, ...(cursor !== undefined && { more: true }) };
        },
      }),
    };
  };

  /** A search goes through the requests of one office, newest first. */
  const found = async (actor: Principal, office: string | undefined, text: string): Promise<Source> => {
    if (office === undefined)
      throw new Fault('invalid-input', 'A search goes through the certificates of one office: name it.', {
        path: 'office',
      });
    const tenant = actor.tenant ?? (await deps.tenantOfOffice(office));
    return {
      isDear: true,
      chunk: (lacking) => lacking,
      page: async (limit, cursor) => {
        if (tenant === undefined) return { entries: [] };
        const where = { tenant, office };
        const page = await personal.search(where, { text, limit, ...(cursor !== undefined && { cursor }) });
        const entries = page.ids.map(async (request): Promise<Entry> => {
          const ref = await deps.certificateOfRequest(request);
          return { ref, fits: ({ order }) => order === request };
        });
        return {
          entries: await Promise.all(entries),
          ...(page.cursor !== undefined && { next: page.cursor }),
        };
      },
    };
  };

  return async (actor, query) => {
    const { text, limit, cursor, count, order = 'soonest', status } = query;
    assertLimit(limit);
    const office = officeFor(actor, query.office);
    const window = windowOf(query, clock());
    const source =
      text === undefined
        ? listed(listOf(actor, office, query), window, order === 'latest')
        : await found(actor, office, text);
    const scope = [
      'certificates',
      actor.tenant ?? null,
      office ?? null,
      ...SCOPE.map((name) => query[name] ?? null),
      // The cursor of a search is bound to the text by a keyed token: a digest of a name could be guessed.
      text !== undefined,
    ];

    const isAsked = (row: CertificateRow): boolean =>
      row.apart === true &&
      (office === undefined || row.office === office) &&
      (query.tenant === undefined || row.tenant === query.tenant) &&
      COMPARED.every((name) => query[name] === undefined || row[name] === query[name]) &&
      isWithin(window, row);

    const judged = async ({ ref, fits }: Entry): Promise<Found | undefined> => {
      const row = ref && (await table.get<CertificateRow>(certificateKey(ref)))?.value;
      if (!ref || !row || !isAsked(row) || !fits(row) || !serves(actor, row.tenant)) return undefined;
      const standing = await views.standingOf(ref, row);
      if (status !== undefined && standing.status !== status) return undefined;
      return (await views.isSeenBy(actor, ref)) ? { ref, row, standing } : undefined;
    };

    const view = async ({ ref, row, standing }: Found): Promise<ListedCertificate> => {
      const { pem: _, ...withoutBytes } = await views.viewOf(ref, row, standing);
      return withoutBytes;
    };

    const shown: Found[] = [];
    let at = cursor === undefined ? undefined : readCursor(scope, cursor);
    let lookedAt = 0;
    do {
      const page = await source.page(source.chunk(limit - shown.length), at);
      const all = await Promise.all(page.entries.map(judged));
      at = page.next;
      lookedAt += Math.max(1, all.length);
      for (const [i, one] of all.entries()) {
        if (one === undefined) continue;
        shown.push(one);
        const isLast = i === all.length - 1;
        if (shown.length < limit) continue;
        // The next page looks again at the places beyond this one.
        if (!isLast) at = page.entries[i]?.place;
        break;
      }
    } while (!source.isDear && at !== undefined && shown.length < limit && lookedAt < MAX_LOOKED_AT);
    return {
      // Names are opened only for the certificates that are shown.
      certificates: await Promise.all(shown.map(view)),
      ...(at !== undefined && { cursor: writeCursor(scope, at) }),
      ...(count === true && (await source.total?.())),
    };
  };
};

const COMPARED = ['profile', 'holder', 'issuedTo'] as const;
const SCOPE = [
  'tenant',
  ...COMPARED,
  'status',
  'expiresFrom',
  'expiresTo',
  'order',
] as const satisfies readonly (keyof CertificateQuery)[];

const assertLimit = (limit: number): void => {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST) return;
  throw new Fault('invalid-input', phrase`A page has 1 to ${MOST} certificates.`, { path: 'limit' });
};

/** For an officer the own office, unless the query names one whose affairs it has taken over. Fault: `forbidden`. */
const officeFor = (actor: Principal, wanted: string | undefined): string | undefined => {
  if (actor.role === 'operator' || actor.role === 'auditor') return wanted;
  const own = officesOf(actor);
  const office = wanted ?? own[0];
  if (office !== undefined && own.includes(office)) return office;
  throw new Fault(
    'forbidden',
    'Officers list the certificates of their own office, or of one whose affairs it has taken over.',
  );
};
