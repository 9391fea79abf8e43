import { html } from 'hono/html';
import type { CaView } from '../../lib/authority/authority.ts';
import { alert, both, type Html, type View } from '../document.ts';
import { type Filled, field, form, hidden } from '../forms.ts';
import type { Reader } from '../reader.ts';

const PATH = '/certificate-status';

export const numberForm = (
  reader: Reader,
  authorities: readonly CaView[],
  { ca: chosen, serial }: Filled,
  error?: string,
): Html => {
  const { t } = reader;
  return form(
    PATH,
    { button: t`Ask for the status` },
    hidden('by', 'number'),
    field(reader, {
      name: 'ca',
      label: t`CA`,
      value: chosen,
      choices: authorities.map(
        (ca) => [ca.id, t`${both(reader, ca.title)}, generation ${ca.generation}`] as const,
      ),
    }),
    field(reader, {
      name: 'serial',
      label: t`Serial number`,
      hint: t`In hexadecimal, as certificates show it; spaces and colons do no harm.`,
      value: serial,
      isRequired: true,
      error,
    }),
  );
};

/** `wrong` is what kept the form from being answered: the one that `filled.by` names. */
export const statusFormsView = (
  reader: Reader,
  authorities: readonly CaView[],
  filled: Filled,
  wrong?: string,
): View => {
  const { t } = reader;
  return {
    title: t`Check a certificate`,
    main: html`${wrong !== undefined && alert(t`Nothing was checked`, wrong)}<section aria-labelledby="by-file">
<h2 id="by-file">${t`By its file`}</h2>
<p>${t`The certificate is checked in full: whether a CA of this service signed it, its signature, its period of validity, and whether it was revoked.`}</p>
${form(
  PATH,
  { button: t`Check this file`, hasFile: true },
  hidden('by', 'file'),
  field(reader, {
    name: 'certificate',
    label: t`File of the certificate`,
    hint: t`PEM or DER (.cer, .crt, .pem). Never choose a file with a private key. The file is not kept.`,
    kind: 'file',
    isRequired: true,
    error: filled.by === 'number' ? undefined : wrong,
  }),
)}
</section>
<section aria-labelledby="by-number">
<h2 id="by-number">${t`By CA and serial number`}</h2>
<p>${t`This gives only the status that this service tells for the number (OCSP). It does not check a certificate: a forged one can bear the number of a genuine one.`}</p>
${numberForm(reader, authorities, filled, filled.by === 'number' ? wrong : undefined)}
</section>
<p>${t`Both are recorded like every question about a certificate, without the name of who asked.`}</p>`,
  };
};

/** After a failure of the service, when the CAs may not be known. */
export const beginAgainView = ({ t }: Reader): View => ({
  title: t`Check a certificate`,
  main: html`<p>${t`Nothing can be said about the certificate now.`}</p><p><a class="button" href="${PATH}">${t`Begin again`}</a></p>`,
});
