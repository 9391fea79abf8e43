import type { PersonalGrants, Rows } from './grants.ts';

/** Rows of the table of personal data (lib/personal/rows.ts). */

/** Items: the data of a request, the bytes of a certificate, the names of a principal. */
export const REQUEST_ITEMS = 'request/*';
export const CERTIFICATE_ITEMS = 'certificate/*';
const PRINCIPAL_ITEMS = 'principal/*';
/** What a file of requests says (lib/batches/sealed.ts). */
export const BATCH_ITEMS = 'batch/*';
const ITEMS = [REQUEST_ITEMS, CERTIFICATE_ITEMS, PRINCIPAL_ITEMS, BATCH_ITEMS];

/** For functions that show a certificate, or its digest. */
export const READ_CERTIFICATE: PersonalGrants = { rows: { get: [CERTIFICATE_ITEMS] }, dataKeys: ['open'] };

/** Put before a data key is made: one that is missing was lost, and is not made anew. */
const MADE_KEYS = 'data-keys/*';

/** The lists of an item: by the month of its end, and by each beginning under which a search finds it. */
const MONTHS = 'month/*';
const SEARCHES = 'search/*';
/** The years of which a tenant has a search key. */
const YEARS = 'search-years/*';

/** A search looks into each year. */
export const SEARCH: Rows = { query: [SEARCHES, YEARS] };

/** A new item. */
export const ADD_REQUEST_DATA: Rows = {
  get: [REQUEST_ITEMS, MONTHS, SEARCHES, YEARS, MADE_KEYS],
  put: [REQUEST_ITEMS, MONTHS, SEARCHES, YEARS, MADE_KEYS],
};

/** An item that is put under another end, or another key, leaves the lists where it stood. */
export const CHANGE_REQUEST_DATA: Rows = { ...ADD_REQUEST_DATA, delete: [MONTHS, SEARCHES] };

/** Parts, rows and findings of a file, and the words of acts on it. No search finds them. */
export const ADD_TO_BATCH: Rows = {
  get: [BATCH_ITEMS, MONTHS, MADE_KEYS],
  put: [BATCH_ITEMS, MONTHS, MADE_KEYS],
  delete: [MONTHS],
};
/** A part goes once its rows are kept. */
export const KEEP_BATCH: Rows = { ...ADD_TO_BATCH, delete: [BATCH_ITEMS, MONTHS] };

/** The bytes are put before the certificate is signed, and the certificate after that. No search finds them. */
export const ISSUE_APART: Rows = {
  get: [CERTIFICATE_ITEMS, MONTHS, MADE_KEYS],
  put: [CERTIFICATE_ITEMS, MONTHS, MADE_KEYS],
};

/** For functions that show a principal, or certify one. */
export const NAMES: Rows = { get: [PRINCIPAL_ITEMS] };
export const READ_NAMES: PersonalGrants = { rows: NAMES, dataKeys: ['open'] };

/** An operator whom the persons of the ceremony enrol has a name as well. */
export const ADD_NAMES: Rows = {
  get: [PRINCIPAL_ITEMS, MONTHS, MADE_KEYS],
  put: [PRINCIPAL_ITEMS, MONTHS, MADE_KEYS],
};

/** Names are put before their act, under an end that follows from it, and taken away where no act has them. */
export const KEEP_NAMES: Rows = { ...ADD_NAMES, delete: [PRINCIPAL_ITEMS, MONTHS] };

/** An erasure puts its mark in the place of the item. */
export const ERASE: Rows = {
  get: [REQUEST_ITEMS, CERTIFICATE_ITEMS, MONTHS, SEARCHES],
  put: [REQUEST_ITEMS, CERTIFICATE_ITEMS],
  delete: [MONTHS, SEARCHES],
};

/** Months whose keys are destroyed, and whose rows are not all deleted. */
const ENDED = 'ended';

/** An item that has to stay is put under a later month. */
export const END_MONTHS: Rows = {
  get: [REQUEST_ITEMS, CERTIFICATE_ITEMS, MONTHS, SEARCHES, YEARS, MADE_KEYS, ENDED],
  query: [MONTHS],
  put: [REQUEST_ITEMS, CERTIFICATE_ITEMS, MONTHS, SEARCHES, YEARS, MADE_KEYS, ENDED],
  delete: [MONTHS, SEARCHES, MADE_KEYS],
};

/** An erasure closes keys. The items of others under them are put under the next ones. */
export const RENEW: Rows = { get: ITEMS, put: ITEMS };

/** The id of the key takes the place of an item that nobody can read any more. Its lists go, and years without a key. */
export const SWEEP: Rows = {
  query: [ENDED],
  delete: [YEARS, ENDED],
};

/**
 * In the table of rows: an item of a request that was staged with the rows that refer to it. Whoever looks for an item looks there
 * too, and whoever changes it moves it first.
 */
const STAGED = 'personal-staged/*';

export const stagedFor = ({ rows = {} }: PersonalGrants): Rows => ({
  ...(rows.get && { get: [STAGED] }),
  ...(rows.put?.includes(REQUEST_ITEMS) && { delete: [STAGED] }),
});

/** A submission stages its item. */
export const STAGE: Rows = { put: [STAGED] };
/** An interrupted submission leaves a staged item, which is moved. */
export const MOVE_STAGED: Rows = { query: [STAGED] };
