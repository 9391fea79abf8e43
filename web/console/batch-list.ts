import { html } from 'hono/html';
import type { BatchView } from '../../lib/batches/batches.ts';
import type { Principal } from '../../lib/principal.ts';
import type { ProfileView } from '../../lib/trust-domain/trust-domain.ts';
import { both, type Html, table, time, who } from '../document.ts';
import { type Filled, filter } from '../forms.ts';
import type { Reader } from '../reader.ts';
import { BATCH_STATE_TEXTS } from './batch-words.ts';
import { officeField } from './search.ts';

export const BATCHES = '/console/batches';
export const NEW_BATCH = `${BATCHES}/new`;

export const batchAddress = (id: string): string => `${BATCHES}/${encodeURIComponent(id)}`;

/** A batch as its operation shows it: problems are said in the reader's language. */
export type SaidBatch = Omit<BatchView, 'problems'> & { readonly problems?: readonly SaidProblem[] };

export interface SaidProblem {
  /** The label of the column. */
  readonly column?: string;
  readonly problem: string;
}

export const batchState = ({ say }: Reader, { state }: Pick<SaidBatch, 'state'>): Html =>
  html`<span class="state">${say(BATCH_STATE_TEXTS[state])}</span>`;

/** Auditors do not see the profiles. */
export const profileTitle = (reader: Reader, profiles: readonly ProfileView[], id: string): string => {
  const profile = profiles.find((one) => one.id === id);
  return profile ? both(reader, profile.title) : id;
};

/** Officers choose only where their office has taken over the affairs of others. */
export const batchFilter = (reader: Reader, caller: Principal, chosen: Filled): Html => {
  const fields = officeField(reader, caller, { name: 'office', value: chosen.office });
  return fields.length === 0 ? html`` : filter(BATCHES, reader.t`Show`, ...fields);
};

export const batchTable = (
  reader: Reader,
  caption: string,
  batches: readonly SaidBatch[],
  profiles: readonly ProfileView[],
): Html => {
  const { t } = reader;
  return table(
    caption,
    [t`Batch`, t`State`, t`Profile`, t`Rows`, t`Office`, t`Sent`],
    batches.map((batch) => [
      html`<a class="id" href="${batchAddress(batch.id)}">${batch.id}</a>`,
      batchState(reader, batch),
      profileTitle(reader, profiles, batch.profile),
      batch.rows === undefined ? '—' : String(batch.rows),
      batch.office,
      html`${time(reader, batch.createdAt)}<br>${who(reader, batch.createdBy)}`,
    ]),
  );
};
