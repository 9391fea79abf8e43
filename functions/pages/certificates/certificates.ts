import type { Route } from '../../http/route.ts';
import {
  holdCertificateForm,
  holdFormAddress,
  releaseCertificateForm,
  releaseFormAddress,
  revocationFormAddress,
  revokeCertificateForm,
  withdrawalFormAddress,
  withdrawRevocationForm,
} from './acts.ts';
import { certificatePage } from './certificate-page.ts';
import {
  certificateListPage,
  certificatesAsCsvPage,
  certificatesAsXlsxPage,
  searchCertificatesForm,
  searchCertificatesPage,
} from './list-page.ts';

export const certificatePages: readonly Route[] = [
  certificateListPage,
  searchCertificatesForm,
  searchCertificatesPage,
  certificatesAsCsvPage,
  certificatesAsXlsxPage,
  certificatePage,
  revokeCertificateForm,
  revocationFormAddress,
  holdCertificateForm,
  holdFormAddress,
  releaseCertificateForm,
  releaseFormAddress,
  withdrawRevocationForm,
  withdrawalFormAddress,
];
