import type { Route } from '../../http/route.ts';
import { homePage } from './home-page.ts';
import { requestListPage } from './list-page.ts';
import {
  newRequestFormPage,
  newRequestPage,
  previewFormAddress,
  previewRequestForm,
  submissionFormAddress,
  submitRequestForm,
} from './new-request.ts';
import {
  collectCertificatePage,
  examinationFormAddress,
  examineRequestForm,
  requestPage,
  requestWithdrawalFormAddress,
  withdrawRequestForm,
} from './request-pages.ts';
import { requestSearchFormAddress, searchRequestsForm } from './search-page.ts';

export const requestPages: readonly Route[] = [
  homePage,
  requestListPage,
  searchRequestsForm,
  requestSearchFormAddress,
  newRequestPage,
  newRequestFormPage,
  previewRequestForm,
  previewFormAddress,
  submitRequestForm,
  submissionFormAddress,
  requestPage,
  examineRequestForm,
  examinationFormAddress,
  withdrawRequestForm,
  requestWithdrawalFormAddress,
  collectCertificatePage,
];
