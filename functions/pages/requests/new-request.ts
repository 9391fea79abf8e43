import { randomUUID } from 'node:crypto';
import { html } from 'hono/html';
import { Fault } from '../../../lib/fault.ts';
import { readRequestedKey } from '../../../lib/keys/keys.ts';
import { encodePem } from '../../../lib/pki/pki.ts';
import type { RequestView } from '../../../lib/registration/registration.ts';
import type { ProfileView } from '../../../lib/trust-domain/trust-domain.ts';
import { NEW_BATCH } from '../../../web/console/batch-list.ts';
import { fieldRows, keptSection } from '../../../web/console/request.ts';
import { both, facts, type View } from '../../../web/document.ts';
import { type Filled, form, hidden } from '../../../web/forms.ts';
import type { Reader } from '../../../web/reader.ts';
import { route as createBatch } from '../../routes/batches/create-batch.ts';
import { route as submitRequest } from '../../routes/requests/submit-request.ts';
import { labelled } from '../failure.ts';
import { ownForm, type Sent } from '../form.ts';
import { formAddress } from '../form-address.ts';
import { ownPage } from '../page.ts';
import type { OwnVisit, Visit } from '../visit.ts';
import { CARRIED, carriedProfile, entryView, inputOf, labelsOf } from './entry-form.ts';
import { profilesFor } from './request-pages.ts';

/*
 * A new request: the profile is chosen, the form is filled in, what it says is shown, and then it is sent. The second step and the
 * third carry what was typed along, so that nothing of it is kept here before it is sent.
 */

const ROLES = ['officer'] as const;
const PREVIEW = '/console/new/{profile}/preview';
const SUBMISSION = '/console/new/{profile}/submission';

export const newRequestPage = ownPage(
  { id: 'newRequestPage', path: '/console/new', summary: 'Choose the profile of a new request' },
  ROLES,
  async (visit): Promise<View> => {
    const { reader } = visit;
    const profiles = await profilesFor(visit);
    return {
      title: reader.t`New request`,
      main: html`<p>${reader.t`What is the certificate for?`}</p><ul class="tiles">${profiles.map(
        (profile) => html`<li><a href="/console/new/${profile.id}">${both(reader, profile.title)}</a></li>`,
      )}</ul>
${visit.may(createBatch) && html`<p><a href="${NEW_BATCH}">${reader.t`Many requests in one file`}</a></p>`}`,
    };
  },
);

const profileFor = async (visit: OwnVisit): Promise<ProfileView> => {
  const found = (await profilesFor(visit)).find(({ id }) => id === visit.params.profile);
  if (found) return found;
  throw new Fault('unknown-profile', 'Your office may not ask for certificates of such a profile.');
};

export const newRequestFormPage = ownPage(
  { id: 'newRequestFormPage', path: '/console/new/{profile}', summary: 'Fill in a new request' },
  ROLES,
  async (visit) => entryView(visit.reader, await profileFor(visit), {}),
);

const againView = (reader: Reader, sent: Sent, profile: string): View => {
  const known = carriedProfile(sent);
  if (known) return entryView(reader, { ...known, id: profile }, sent.filled);
  return {
    title: reader.t`New request`,
    main: html`<p><a href="/console/new/${encodeURIComponent(profile)}">${reader.t`Begin again`}</a></p>`,
  };
};

/** PEM, from the file or the text. A file in DER becomes PEM. */
const csrOf = ({ filled, files }: Sent): string => {
  const { csrFile } = files;
  if (csrFile === undefined) return filled.csr ?? '';
  const text = Buffer.from(csrFile).toString('latin1');
  if (text.includes('-----BEGIN')) return text;
  return encodePem('CERTIFICATE REQUEST', csrFile);
};

const fieldsOf = (
  filled: Filled,
  profile: Pick<ProfileView, 'fields'>,
): Record<string, string | string[]> => {
  const fields: Record<string, string | string[]> = {};
  for (const { name, maxItems } of profile.fields) {
    const text = filled[inputOf(name)] ?? '';
    if (text.trim() === '') continue;
    fields[name] = maxItems === undefined ? text : text.split('\n').filter((line) => line.trim() !== '');
  }
  return fields;
};

const previewView = (
  reader: Reader,
  profile: ProfileView,
  filled: Filled,
  key: { readonly kind: string; readonly digest: string } | undefined,
): View => {
  const { t } = reader;
  const { certified, kept } = fieldRows(reader, profile, fieldsOf(filled, profile));
  return {
    title: t`Send this request?`,
    main: html`${facts([[t`Profile`, both(reader, profile.title)]])}
<h2>${t`What the certificate will say`}</h2>
${facts([
  ...certified,
  [t`Key`, key?.kind],
  [t`SHA-256 of the public key`, key && html`<span class="digest">${key.digest}</span>`],
])}
${keptSection(reader, [
  ...kept,
  [t`Holder (pseudonym)`, filled.holder],
  [t`Officer to whom it is issued`, filled.issuedTo],
])}
${key && html`<p>${t`The certification request proves that its sender has the key.`}</p>`}
${form(
  `/console/new/${encodeURIComponent(profile.id)}/submission`,
  { button: t`Send` },
  hidden(CARRIED, JSON.stringify(profile)),
  hidden('key', randomUUID()),
  ...Object.entries(filled).map(([name, value]) => hidden(name, value)),
)}`,
  };
};

export const previewRequestForm = ownForm(
  { id: 'previewRequestForm', path: PREVIEW, summary: 'See what a request says' },
  ROLES,
  async (visit, sent): Promise<View> => {
    const profile = await profileFor(visit);
    const csr = csrOf(sent);
    const { kind, digest } = await readRequestedKey(csr, profile.publicKeys as never);
    return previewView(visit.reader, profile, { ...known(sent.filled, profile), csr }, { kind, digest });
  },
  ({ reader, params: { profile = '' } }, sent) => againView(reader, sent, profile),
);

/** The inputs of the form, and nothing that came along besides. */
const known = (filled: Filled, { fields }: ProfileView): Filled => {
  const names = ['holder', 'issuedTo', ...fields.map(({ name }) => inputOf(name))];
  return Object.fromEntries(names.flatMap((name) => (filled[name] ? [[name, filled[name]] as const] : [])));
};

export const submitRequestForm = ownForm(
  { id: 'submitRequestForm', path: SUBMISSION, summary: 'Ask for a certificate' },
  ROLES,
  async (visit, sent) => {
    const profile = await profileFor(visit);
    const { csr = '', holder = '', issuedTo = '', key = '' } = sent.filled;
    const asked = visit.ask<RequestView>(submitRequest, {
      body: {
        profile: profile.id,
        csr,
        fields: fieldsOf(sent.filled, profile),
        ...(holder !== '' && { holder }),
        ...(issuedTo !== '' && { issuedTo }),
      },
      // The form sent twice, or again after going back, gives the same request.
      headers: { 'idempotency-key': key },
    });
    const { id } = await labelled(labelsOf(visit.reader, profile), asked);
    return { to: `/console/requests/${encodeURIComponent(id)}?done=submitted` };
  },
  ({ reader, params: { profile = '' } }, sent) => againView(reader, sent, profile),
);

const placeOf = ({ params: { profile = '' } }: Visit): string =>
  `/console/new/${encodeURIComponent(profile)}`;

export const previewFormAddress = formAddress('previewFormAddress', PREVIEW, ROLES, placeOf);
export const submissionFormAddress = formAddress('submissionFormAddress', SUBMISSION, ROLES, placeOf);
