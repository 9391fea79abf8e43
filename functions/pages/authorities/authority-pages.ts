import { html } from 'hono/html';
import type { CaView } from '../../../lib/authority/authority.ts';
import type { Principal } from '../../../lib/principal.ts';
import type { AuthorityState } from '../../../lib/status/status.ts';
import { knowsCaOf, serves } from '../../../lib/tenant.ts';
import { authorityPart } from '../../../web/console/authority.ts';
import { notice, type View } from '../../../web/document.ts';
import { route as getAuthorityState } from '../../routes/crls/get-authority-state.ts';
import { route as publishCrl } from '../../routes/crls/publish-crl.ts';
import { ownForm } from '../form.ts';
import { formAddress } from '../form-address.ts';
import { ownPage } from '../page.ts';
import { authoritiesFor } from '../public/authorities.ts';

const ROLES = ['operator'] as const;
const AUTHORITIES = '/console/authorities';
const PUBLICATION = `${AUTHORITIES}/{ca}/crls/{partition}`;

/** Operators of a tenant act on the CAs of the tenant only. */
const isOf = (caller: Principal, { tenant }: CaView): boolean => serves(caller, tenant);

export const authorityStatesPage = ownPage(
  { id: 'authorityStatesPage', path: AUTHORITIES, summary: 'CAs, their CRLs and their responders' },
  ROLES,
  async (visit): Promise<View> => {
    const { reader, caller, query } = visit;
    const { t } = reader;
    const seen = (await authoritiesFor(visit)).filter(({ tenant }) => knowsCaOf(caller, tenant));
    const states = await Promise.all(
      seen.map(({ id }) => visit.ask<AuthorityState>(getAuthorityState, { params: { ca: id } })),
    );
    const published = seen.find(({ id }) => id === query.get('published'));
    return {
      title: t`CAs and their CRLs`,
      main: html`${published && notice(t`A CRL of ${published.id} is published.`)}
<p>${t`As the service has them now. That you looked is recorded.`}</p>
${seen.map((ca, at) =>
  authorityPart(reader, ca, states[at] as AuthorityState, {
    publish: visit.may(publishCrl) && isOf(caller, ca),
    open: isOf(caller, ca),
  }),
)}`,
    };
  },
);

export const publishCrlForm = ownForm(
  {
    id: 'publishCrlForm',
    path: PUBLICATION,
    summary: 'Publish a CRL out of turn',
  },
  ROLES,
  async (visit) => {
    const { ca = '', partition = '' } = visit.params;
    await visit.ask(publishCrl, { params: { ca, partition } });
    return { to: `${AUTHORITIES}?published=${encodeURIComponent(ca)}` };
  },
  ({ reader: { t } }) => ({
    title: t`Publish a CRL`,
    main: html`<p><a href="${AUTHORITIES}">${t`CAs and their CRLs`}</a></p>`,
  }),
);

export const publishCrlFormAddress = formAddress(
  'publishCrlFormAddress',
  PUBLICATION,
  ROLES,
  () => AUTHORITIES,
);
