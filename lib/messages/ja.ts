import { AUDIT } from './ja/audit.ts';
import { AUTHORITY } from './ja/authority.ts';
import { BATCHES } from './ja/batches.ts';
import { BULK } from './ja/bulk.ts';
import { CLI } from './ja/cli.ts';
import { CLI_BULK } from './ja/cli-bulk.ts';
import { CLI_ENROLMENT } from './ja/cli-enrolment.ts';
import { CLI_OUTPUT } from './ja/cli-output.ts';
import { EDGES } from './ja/edges.ts';
import { ENROLMENT } from './ja/enrolment.ts';
import { KEYS } from './ja/keys.ts';
import { LEDGER } from './ja/ledger.ts';
import { PERSONAL } from './ja/personal.ts';
import { PKI } from './ja/pki.ts';
import { PRINCIPALS } from './ja/principals.ts';
import { REGISTRATION } from './ja/registration.ts';
import { SHEETS } from './ja/sheets.ts';
import { STATUS } from './ja/status.ts';
import { STATUS_CHECK } from './ja/status-check.ts';
import { STORE } from './ja/store.ts';
import { TITLES } from './ja/titles.ts';
import { TLOG } from './ja/tlog.ts';
import { TRUST_DOMAIN } from './ja/trust-domain.ts';
import { WEB } from './ja/web.ts';
import { WEB_BATCHES } from './ja/web-batches.ts';
import { WEB_CERTIFICATES } from './ja/web-certificates.ts';
import { WEB_PUBLIC } from './ja/web-public.ts';
import { WEB_RECORDS } from './ja/web-records.ts';

/** Japanese by the English template. A text that several rooms have stands with one of them. */
export const JA: readonly (readonly [template: string, japanese: string])[] = [
  AUDIT,
  AUTHORITY,
  BATCHES,
  BULK,
  CLI,
  CLI_BULK,
  CLI_ENROLMENT,
  CLI_OUTPUT,
  EDGES,
  ENROLMENT,
  KEYS,
  LEDGER,
  PERSONAL,
  PKI,
  PRINCIPALS,
  REGISTRATION,
  SHEETS,
  STATUS,
  STATUS_CHECK,
  STORE,
  TITLES,
  TLOG,
  TRUST_DOMAIN,
  WEB,
  WEB_BATCHES,
  WEB_CERTIFICATES,
  WEB_RECORDS,
  WEB_PUBLIC,
].flatMap((texts) => Object.entries(texts));
