import { authoritiesView } from '../../../web/public/authorities.ts';
import { publicPage } from '../page.ts';
import { authoritiesFor } from './authorities.ts';

/** When a CRL was published is not shown: only the CRL says so, and handing it over leaves a record that somebody got it. */
export const authoritiesPage = publicPage(
  { id: 'authoritiesPage', path: '/authorities', summary: 'CA certificates, their fingerprints and CRLs' },
  async (visit) => authoritiesView(visit.reader, await authoritiesFor(visit)),
);
