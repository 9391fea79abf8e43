import { type RouteFunction, type RouteOfFunction, type Rows, together } from './grants.ts';

/** The check of a client certificate reads the operations CAs, and the certificate's status. */
export const CLIENT_CERTIFICATE: Rows = { query: ['issuers'], get: ['status/*'] };

/** What is kept of an office, for whoever acts for it, describes a certificate that it asks for, or certifies one. */
export const OFFICE: Rows = { get: ['enrolled-office/*'] };

/** The row of an enrolment, and of the office that an officer belongs to. */
export const ENROLLED: Rows = together(OFFICE, { get: ['enrolled-principal/*'] });

/** Stores a record: one put, and one get if the put's answer was lost. */
export const RECORD: Rows = { put: ['staged/*'], get: ['staged/*'] };

/**
 * The check of a caller also reads the caller's enrolment, and the caller's office with those whose affairs it has taken over.
 * Credentials that are refused are recorded.
 */
export const DOOR: Rows = together(CLIENT_CERTIFICATE, ENROLLED, RECORD, { query: ['enrolled-office/*'] });

export const ISSUE: Rows = {
  query: ['issuers'],
  get: ['status/*', 'certificates/*', 'staged/*', 'used-keys/*'],
  put: ['status/*', 'certificates/*', 'unfinished/*', 'staged/*', 'used-keys/*'],
  delete: ['unfinished/*'],
};

/** Certificates of organisations and people are in lists. */
export const LIST_CERTIFICATE: Rows = { put: ['certificates-of/*'] };

/**
 * A signature that a person has to ask for is made only with the records of the acts that it rests on. A certificate is
 * revoked only with the record of its issuance.
 */
export const BASIS: Rows = { get: ['staged/*', 'record/*', 'expired/*'] };

/** Where traces of a settled record are looked for, before an act that an object proves is stored once more. */
const TRACES = ['certificate/*', 'holder/*', 'kind/*', 'office/*', 'party/*', 'tenant/*', 'unsequenced/*'];

/** An end is stored with its record, unless the ledger has or had the record. */
export const END: Rows = {
  get: ['staged/*', 'record/*', 'expired/*', ...TRACES],
  put: ['staged/*'],
  check: ['record/*'],
};

/** The objects by which acts are verified: public keys, the log's files for acts of closed keys, and the ends of acts. */
export const VERIFY: readonly string[] = ['act-keys/*', 'act-keys-closed/*', 'log/*', 'outcomes/*'];

/** The objects by which such a row is verified. Its act may have the key of enrolment, of an invitation, or of holders. */
export const VERIFY_ENROLLED: readonly string[] = ['enrolment', 'invitation', 'holder'].flatMap((kind) => [
  `act-keys/${kind}-*`,
  `act-keys-closed/${kind}-*`,
]);

/** The acts on principals and on offices. */
export const ACTS_ON_PRINCIPALS = 'outcomes/principal.*';
export const ACTS_ON_OFFICES = 'outcomes/office.*';

/** The first act on an id. A function that may put no other one cannot change who somebody is. */
export const FIRST_ACTS_ON_PRINCIPALS = 'outcomes/principal.*/1';
/** That a further office named a holder. */
export const ACTS_ON_HOLDERS = 'outcomes/holder.*';

/** The acts themselves: where the key was closed, and where an invited person has brought one. */
export const ENROLMENTS: readonly string[] = [ACTS_ON_OFFICES, ACTS_ON_PRINCIPALS];

/** A key that was compromised is not certified again. */
export const COMPROMISED_KEYS = 'compromised-keys/*';

/** The lists of keys that others report as compromised. */
export const KEY_LISTS: readonly string[] = ['key-lists/*', 'key-list-parts/*'];

/** A function that certifies a key first looks for it among the compromised ones. */
export const CERTIFY: readonly string[] = [...VERIFY, COMPROMISED_KEYS, ...KEY_LISTS];

/** A function that follows a revocation for compromise makes the object of the key, which the object of the number names. */
export const FOLLOW_COMPROMISE: readonly string[] = [...VERIFY, 'issued/*'];

/** The names of ends that a record opened: record ids begin with the digit 0 until the year 2527. */
export const ENDS_OF_RECORDS = 'outcomes/0*';
export const ENDS_OF_ORDERS = 'outcomes/order.*';
export const ENDS_OF_STATUS = 'outcomes/status.*';
/** Nothing is opened while the table is behind its log: its tree is compared with the published one. */
export const OPENS: Rows = { get: ['log'] };
/** Whether what a table had lost was brought back. */
export const BROUGHT_BACK = 'closings-followed/*';
/** What two operators record of a table that is behind its log. */
export const ENDS_OF_RECOVERIES = 'outcomes/table-behind/*';
/** A caller is known by these and by the acts on its certificate, while the table is behind. */
export const KEYS_OF_PRINCIPALS = 'principal-keys/*';

/** The acts on data keys. Whoever opens a key looks whether it was destroyed. */
export const ACTS_ON_DATA_KEYS = 'outcomes/data-key.*';
/** The acts that order something about the data of one holder. */
export const ORDERS_ABOUT_DATA = 'outcomes/personal-data.*';

/** Where closings are found by the time of the act. */
export const CLOSINGS = 'closings/*';

/** What became of a serial number. */
export const ISSUED = 'issued/*';

/** A holder is known by the act by which the certificate was issued that it shows. */
export const SIGNS_IN: readonly string[] = [...VERIFY, ISSUED];

/** A request moves from one state to the next. */
export const MOVE_REQUEST: Rows = {
  get: ['request/*'],
  put: ['request/*', 'requests/*', 'staged/*'],
  delete: ['requests/*'],
};

export const CHANGE_STATUS: Rows = {
  get: ['certificates/*', 'status/*', 'revoked/*', 'used-keys/*'],
  put: ['status/*', 'revoked/*', 'changed/*', 'staged/*'],
  // The rows follow the acts, from whatever state somebody gave them.
  delete: ['revoked/*'],
  check: ['record/*'],
};

/** A CRL says what the acts say, and the rows of a status that differ from them are made again. */
export const PUBLISH: Rows = {
  // Every certificate of a CA whose key is compromised is listed, from the register itself.
  query: ['issuers', 'revoked/*', 'changed/*', 'crls/*', 'status/*'],
  get: ['crls/*', 'crl-alarms', 'revoked/*', 'status/*'],
  put: ['crls/*', 'crl-alarms', 'changed/*', 'revoked/*', 'staged/*', 'status/*'],
  delete: ['crls/*', 'changed/*', 'revoked/*'],
};

const ENROLLED_OFFICES = ['enrolled-office/*', 'enrolled-offices', 'enrolled-offices/*'];
const ENROLLED_PRINCIPALS = [
  'enrolled-principal/*',
  'enrolled-principals',
  'enrolled-principals/*',
  'enrolled-persons/*',
  'enrolled-due',
  'enrolled-uncertified',
  'enrolled-names-behind',
];

/**
 * The rows of offices and principals, and the lists that name them, follow the newest acts; and so do the names that acts have
 * left.
 */
export const FOLLOW_ENROLMENT: Rows = {
  query: ['enrolled-names-behind'],
  get: [...ENROLLED_OFFICES, ...ENROLLED_PRINCIPALS],
  put: [...ENROLLED_OFFICES, ...ENROLLED_PRINCIPALS],
  delete: ['enrolled-offices/*', 'enrolled-principals/*', 'enrolled-persons/*', 'enrolled-names-behind'],
};

/**
 * A crash may have kept an earlier act from its rows. The next act makes them first, also where that one confirmed a key or
 * prepared something.
 */
export const ACT_ON_PRINCIPALS: Rows = {
  get: ENROLLED_PRINCIPALS,
  put: ENROLLED_PRINCIPALS,
  // An officer may go to another office, and a proposal of another person take the place of one that was taken back.
  delete: ['enrolled-principals/*', 'enrolled-persons/*'],
};

export const RENEW_RESPONDER: Rows = {
  get: ['responders', 'responder-keys'],
  put: ['responders', 'responder-keys'],
};

/** The partitions of a settled record, of all rows that point to it, and of the totals that count it. */
export const SETTLED = [
  'certificate/*',
  'channel/*',
  'count/*',
  'holder/*',
  'kind/*',
  'office/*',
  'party/*',
  'purpose/*',
  'record/*',
  'shown-request/*',
  'tenant/*',
];

/** A query settles the staged records before it answers. */
export const SETTLE: Rows = {
  query: ['staged/*'],
  get: ['ledger', 'staged/*', 'set-aside', 'unsequenced/*', ...SETTLED],
  put: ['ledger', 'set-aside', ...SETTLED, 'unsequenced/*'],
  // A row of another form is set aside, and a settled record without a proof is taken back.
  delete: ['staged/*', 'ledger', 'count/*', 'record/*'],
};

export const QUERY_RECORDS: Rows = {
  query: SETTLED.filter((pk) => pk !== 'count/*'),
  get: ['record/*'],
};

/** Accesses are found by who looked, by an office, by a certificate or a request, or by all channels and the files begun. */
export const QUERY_ACCESSES: Rows = {
  query: ['certificate/*', 'channel/*', 'kind/*', 'office/*', 'party/*', 'shown-request/*'],
  get: ['record/*'],
};

export const MAKE_REPORT: Rows = together(SETTLE, {
  query: ['record/*', 'count/*', 'report/annual'],
  put: ['report/annual', 'staged/*'],
});

/** A holder's records are found by its certificates. */
export const HOLDER_RECORDS: Rows = { query: ['holder/*', 'certificate/*'], get: ['record/*'] };

export const SEQUENCE: Rows = {
  // Where the table is behind its log, its records are compared with the leaves that it lacks.
  query: ['staged/*', 'unsequenced/*', 'record/*'],
  get: ['ledger', 'log', 'staged/*', 'unsequenced/*', 'settings', 'set-aside', 'expired/*', ...SETTLED],
  put: ['ledger', 'log', 'settings', 'set-aside', 'staged/*', 'unsequenced/*', ...SETTLED],
  delete: ['staged/*', 'unsequenced/*', 'log', 'ledger', ...SETTLED],
  // The acts of a recovery are staged again where the table lost them.
  check: ['record/*'],
};

/** The function that needs the disclosure key first makes it, and records that. */
export const DISCLOSURE_KEY: Rows = {
  get: ['responder-keys', 'settings'],
  put: ['responder-keys', 'settings'],
};

/** What was confirmed is certified, and leaves the list of what is not. */
export const CERTIFY_PRINCIPAL: Rows = {
  get: ['enrolled-principal/*', 'enrolled-uncertified'],
  delete: ['enrolled-uncertified'],
};

const OF_LATER_ACTS = ['enrolled-due', 'enrolled-names-behind'];

/** The first act on an operator, and the certificate. */
export const ENROL_OPERATOR: Rows = together(
  {
    get: ENROLLED_PRINCIPALS.filter((pk) => !OF_LATER_ACTS.includes(pk)),
    put: ENROLLED_PRINCIPALS.filter((pk) => !OF_LATER_ACTS.includes(pk)),
  },
  CERTIFY_PRINCIPAL,
);

export const get = (file: string, path: string): RouteOfFunction => ({ file, method: 'GET', path });
export const post = (file: string, path: string): RouteOfFunction => ({ file, method: 'POST', path });
export const remove = (file: string, path: string): RouteOfFunction => ({ file, method: 'DELETE', path });

/** A page, by its name in its file below functions/pages/. */
export const page = (file: string, name: string, path: string): RouteOfFunction => ({
  file,
  page: name,
  method: 'GET',
  path,
});

/** A form, and its address asked for as a page: that leads to where the form is. */
export const formOf = (
  file: string,
  form: string,
  path: string,
  address?: string,
): readonly RouteOfFunction[] => [
  { file, page: form, method: 'POST', path },
  ...(address === undefined ? [] : [page(file, address, path)]),
];

/** A function with these routes for named callers. It works on rows and nothing else. */
export const onRows = (
  id: string,
  routes: RouteOfFunction | readonly RouteOfFunction[],
  rows: Rows,
): RouteFunction => ({
  id,
  routes: [routes].flat(),
  doors: 'callers',
  part: 'rows',
  rows: together(DOOR, rows),
});
