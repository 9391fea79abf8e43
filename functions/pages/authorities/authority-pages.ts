import { html } from 'hono/html';
import type { CaView } from '../../../lib/authority/authority.ts';
import type { Principal } from '../../../lib/principal.ts';
import { serves } from '../../../lib/tenant.ts';
import { authorityPart } from '../../../web/console/authority.ts';
import { notice, type View } from '../../../web/document.ts';
import { route as publishCrl } from '../../routes/crls/publish-crl.ts';
import { ownForm } from '../form.ts';
import { formAddress } from '../form-address.ts';
import { ownPage } from '../page.ts';
import { authoritiesFor } from '../public/authorities.ts';
import { authorityState } from './authority-state.ts';

const ROLES = ['operator'] as const;
const AUTHORITIES = '/console/authorities';
const PUBLICATION = `${AUTHORITIES}/{ca}/crls/{partition}`;

/** The CAs that serve all tenants, and for operators of a tenant those of that tenant. */
const isSeenBy = (caller: Principal, { tenant }: CaView): boolean =>
  tenant === undefined || serves(caller, tenant);

/** Operators of a tenant act on the CAs of the tenant only. */
const isOf = (caller: Principal, { tenant }: CaView): boolean => serves(caller, tenant);

export const authorityStatesPage = ownPage(
  { id: 'authorityStatesPage', path: AUTHORITIES, summary: 'CAs, their CRLs and their responders' },
  ROLES,
  async (visit): Promise<View> => {
    const { reader, caller, query } = visit;
    const { t } = reader;
    const seen = (await authoritiesFor(visit)).filter((ca) => isSeenBy(caller, ca));
    const states = await Promise.all(seen.map((ca) => authorityState(visit, ca)));
    const published = seen.find(({ id }) => id === query.get('published'));
    return {
      title: t`CAs and their CRLs`,
      main: html`${published && notice(t`A CRL of ${published.id} is published.`)}
<p>${t`As relying parties see them now. These questions are recorded as well.`}</p>
${states.map((state) =>
  authorityPart(reader, state, {
    publish: visit.may(publishCrl) && isOf(caller, state.ca),
    open: isOf(caller, state.ca),
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
