import type { PersonalGrants, Rows } from './grants.ts';

/** Rows of the table of personal data (lib/personal/rows.ts). */

/** What a request says about somebody, by its id; and the bytes of a certificate, by its number. */
export const REQUEST = 'request/*';
export const CERTIFICATE = 'certificate/*';

/** For who is shown a certificate, or its digest. */
export const READ_CERTIFICATE: PersonalGrants = { rows: { get: [CERTIFICATE] }, dataKeys: 'open' };

/** The lists of an item: by the month of its end, and by each beginning under which a search finds it. */
const MONTHS = 'month/*';
const SEARCHES = 'search/*';
/** The years of which a tenant has a search key. */
const YEARS = 'search-years/*';

/** A search looks into each year. */
export const SEARCH: Rows = { query: [SEARCHES, YEARS] };

/** An item that is put under another end, or another key, leaves the lists where it stood. */
export const CHANGE_REQUEST_DATA: Rows = {
  get: [REQUEST, MONTHS, SEARCHES, YEARS],
  put: [REQUEST, MONTHS, SEARCHES, YEARS],
  delete: [MONTHS, SEARCHES],
};

/** The bytes are put before the certificate is signed, and the certificate after that. No search finds them. */
export const ISSUE_APART: Rows = {
  get: [CERTIFICATE, MONTHS],
  put: [CERTIFICATE, MONTHS],
};

/** The item of a request that was not stored goes again. */
export const ADD_REQUEST_DATA: Rows = { ...CHANGE_REQUEST_DATA, delete: [REQUEST, MONTHS, SEARCHES] };

/** What an order erases: the mark that it did takes the place of the item. */
export const ERASE: Rows = {
  get: [REQUEST, CERTIFICATE, MONTHS, SEARCHES],
  put: [REQUEST, CERTIFICATE],
  delete: [MONTHS, SEARCHES],
};

/** Months whose keys are destroyed, and whose rows are not all deleted. */
const ENDED = 'ended';

/** What has to stay is put under a later end; what is left of an ended month is deleted. */
export const END_MONTHS: Rows = {
  get: [REQUEST, CERTIFICATE, MONTHS, SEARCHES, YEARS, ENDED],
  query: [MONTHS, ENDED],
  put: [REQUEST, CERTIFICATE, MONTHS, SEARCHES, YEARS, ENDED],
  delete: [REQUEST, CERTIFICATE, MONTHS, SEARCHES, ENDED],
};
