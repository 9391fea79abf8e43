import type { Route } from '../http/route.ts';
import { route as batchCancellation } from './batches/cancel-batch.ts';
import { route as batchCheck } from './batches/check-batch.ts';
import { route as batchCollecting } from './batches/collect-batch.ts';
import { route as batchCreation } from './batches/create-batch.ts';
import { route as batchSample } from './batches/draw-batch-sample.ts';
import { route as batchExamination } from './batches/examine-batch.ts';
import { route as batchEvents } from './batches/follow-batch.ts';
import { route as batch } from './batches/get-batch.ts';
import { route as batchCollection } from './batches/get-batch-collection.ts';
import { route as batchErrorsAsCsv } from './batches/get-batch-errors-as-csv.ts';
import { route as batchErrorsAsNdjson } from './batches/get-batch-errors-as-ndjson.ts';
import { route as batchRows } from './batches/list-batch-rows.ts';
import { route as batches } from './batches/list-batches.ts';
import { route as batchRowOpening } from './batches/open-batch-row.ts';
import { route as batchPart } from './batches/put-batch-part.ts';
import { route as batchReplay } from './batches/replay-batch.ts';
import { route as batchSubmission } from './batches/submit-batch.ts';
import { route as certificateCorrection } from './certificates/correct-status.ts';
import { route as certificatesAsCsv } from './certificates/export-certificates-as-csv.ts';
import { route as certificatesAsXlsx } from './certificates/export-certificates-as-xlsx.ts';
import { route as certificate } from './certificates/get-certificate.ts';
import { route as certificateHold } from './certificates/hold-certificate.ts';
import { route as certificateList } from './certificates/list-certificates.ts';
import { route as certificates } from './certificates/list-serials.ts';
import { route as certificateRelease } from './certificates/release-certificate.ts';
import { route as certificateRevocation } from './certificates/revoke-certificate.ts';
import { route as certificateSearch } from './certificates/search-certificates.ts';
import { route as certificateRevocationWithdrawal } from './certificates/withdraw-revocation.ts';
import { route as archivedCrl } from './crls/get-archived-crl.ts';
import { route as authorityState } from './crls/get-authority-state.ts';
import { route as crlArchive } from './crls/list-crls.ts';
import { route as crlPublish } from './crls/publish-crl.ts';
import { route as keyBringing } from './enrolment/bring-key.ts';
import { route as principalChange } from './enrolment/change-principal.ts';
import { route as officeConfirmation } from './enrolment/confirm-office.ts';
import { route as principalConfirmation } from './enrolment/confirm-principal.ts';
import { route as holderEnd } from './enrolment/end-holder.ts';
import { route as officeEnd } from './enrolment/end-office.ts';
import { route as principalEnd } from './enrolment/end-principal.ts';
import { route as principalEnrolment } from './enrolment/enrol-principal.ts';
import { route as holder } from './enrolment/get-holder.ts';
import { route as office } from './enrolment/get-office.ts';
import { route as principal } from './enrolment/get-principal.ts';
import { route as officerInvitation } from './enrolment/invite-officer.ts';
import { route as holders } from './enrolment/list-holders.ts';
import { route as notices } from './enrolment/list-notices.ts';
import { route as offices } from './enrolment/list-offices.ts';
import { route as principals } from './enrolment/list-principals.ts';
import { route as officeProposal } from './enrolment/propose-office.ts';
import { route as principalProposal } from './enrolment/propose-principal.ts';
import { route as holderResumption } from './enrolment/resume-holder.ts';
import { route as principalResumption } from './enrolment/resume-principal.ts';
import { route as holderSuspension } from './enrolment/suspend-holder.ts';
import { route as principalSuspension } from './enrolment/suspend-principal.ts';
import { route as principalTransfer } from './enrolment/transfer-principal.ts';
import { route as whoami } from './enrolment/whoami.ts';
import { route as officeWithdrawal } from './enrolment/withdraw-office-proposal.ts';
import { route as principalWithdrawal } from './enrolment/withdraw-principal-proposal.ts';
import { route as disclosureExtension } from './holders/extend-disclosure.ts';
import { route as disclosure } from './holders/get-disclosure.ts';
import { route as disclosureBundle } from './holders/get-disclosure-bundle.ts';
import { route as disclosureKeys } from './holders/get-disclosure-keys.ts';
import { route as disclosurePage } from './holders/get-disclosure-page.ts';
import { route as delegates } from './holders/list-delegates.ts';
import { route as disclosures } from './holders/list-disclosures.ts';
import { route as ownCertificates } from './holders/list-own-certificates.ts';
import { route as ownRecords } from './holders/list-own-records.ts';
import { route as delegateNaming } from './holders/name-delegate.ts';
import { route as disclosureRequest } from './holders/request-disclosure.ts';
import { route as delegateWithdrawal } from './holders/withdraw-delegate.ts';
import { route as keyListDecision } from './keys/decide-key-list.ts';
import { route as keyList } from './keys/get-key-list.ts';
import { route as usedKeys } from './keys/list-used-keys.ts';
import { route as keyListProposal } from './keys/propose-key-list.ts';
import { route as keyListPart } from './keys/upload-key-list-part.ts';
import { route as ocspPost } from './public/ask-status.ts';
import { route as ocspGet } from './public/ask-status-by-url.ts';
import { route as actKeys } from './public/get-act-keys.ts';
import { route as caCertificate } from './public/get-authority-certificate.ts';
import { route as caCertsOnly } from './public/get-authority-certs-only.ts';
import { route as caChain } from './public/get-authority-chain.ts';
import { route as crl } from './public/get-crl.ts';
import { route as logCheckpoint } from './public/get-log-checkpoint.ts';
import { route as logKey } from './public/get-log-key.ts';
import { route as logTile } from './public/get-log-tile.ts';
import { route as statistics } from './public/get-statistics.ts';
import { route as jwks } from './public/get-token-keys.ts';
import { route as healthz } from './public/health.ts';
import { route as token } from './public/issue-token.ts';
import { route as authorities } from './public/list-authorities.ts';
import { route as openapiJson } from './public/openapi.ts';
import { route as counts } from './records/count-records.ts';
import { route as evidenceSample } from './records/draw-sample.ts';
import { route as recordsAsCsv } from './records/export-records-as-csv.ts';
import { route as recordsAsNdjson } from './records/export-records-as-ndjson.ts';
import { route as recordsAsParquet } from './records/export-records-as-parquet.ts';
import { route as annualReportCsv } from './records/get-annual-report-csv.ts';
import { route as annualReportJson } from './records/get-annual-report-json.ts';
import { route as annualReportPage } from './records/get-annual-report-page.ts';
import { route as evidence } from './records/get-evidence.ts';
import { route as provisionProof } from './records/get-provision-proof.ts';
import { route as record } from './records/get-record.ts';
import { route as recordProof } from './records/get-record-proof.ts';
import { route as cdnLogImport } from './records/import-cdn-log.ts';
import { route as accesses } from './records/list-accesses.ts';
import { route as annualReports } from './records/list-annual-reports.ts';
import { route as provisions } from './records/list-provisions.ts';
import { route as records } from './records/list-records.ts';
import { route as annualReportMake } from './records/make-annual-report.ts';
import { route as recovery } from './recovery/get-recovery.ts';
import { route as tableRecovery } from './recovery/recover-table.ts';
import { route as requestCertificate } from './requests/collect-certificate.ts';
import { route as requestExaminations } from './requests/examine-request.ts';
import { route as requestsAsCsv } from './requests/export-requests-as-csv.ts';
import { route as requestsAsXlsx } from './requests/export-requests-as-xlsx.ts';
import { route as request } from './requests/get-request.ts';
import { route as leaverKept } from './requests/keep-leaver.ts';
import { route as leavers } from './requests/list-leavers.ts';
import { route as profiles } from './requests/list-profiles.ts';
import { route as requests } from './requests/list-requests.ts';
import { route as requestSearch } from './requests/search-requests.ts';
import { route as requestSubmit } from './requests/submit-request.ts';
import { route as requestWithdrawal } from './requests/withdraw-request.ts';
import { route as retentionEnd } from './retention/end-retention-month.ts';
import { route as dataErasure } from './retention/erase-data.ts';
import { route as dataOrder } from './retention/get-data-order.ts';
import { route as dataHold } from './retention/hold-data.ts';
import { route as dataOrders } from './retention/list-data-orders.ts';
import { route as retentionMonths } from './retention/list-retention-months.ts';
import { route as dataRelease } from './retention/release-data.ts';
import { route as dataOrderWithdrawal } from './retention/withdraw-data-order.ts';
import { route as amendmentDecision } from './trust-domain/decide-amendment.ts';
import { route as amendment } from './trust-domain/get-amendment.ts';
import { route as amendments } from './trust-domain/list-amendments.ts';
import { route as amendmentProposal } from './trust-domain/propose-amendment.ts';

/** Every operation of the public surface, in the order of the OpenAPI document. */
export const routes: readonly Route[] = [
  healthz,
  openapiJson,
  authorities,
  caCertificate,
  caChain,
  caCertsOnly,
  crl,
  ocspPost,
  ocspGet,
  logCheckpoint,
  logTile,
  logKey,
  actKeys,
  jwks,
  token,
  profiles,
  requestSubmit,
  requests,
  requestSearch,
  requestsAsCsv,
  requestsAsXlsx,
  request,
  requestExaminations,
  requestWithdrawal,
  requestCertificate,
  batchCreation,
  batches,
  batch,
  batchPart,
  batchCheck,
  batchSubmission,
  batchReplay,
  batchCancellation,
  batchRows,
  batchErrorsAsCsv,
  batchErrorsAsNdjson,
  batchSample,
  batchRowOpening,
  batchExamination,
  batchCollecting,
  batchCollection,
  batchEvents,
  leavers,
  leaverKept,
  whoami,
  offices,
  office,
  officeProposal,
  officeWithdrawal,
  officeConfirmation,
  officeEnd,
  principals,
  principal,
  officerInvitation,
  principalProposal,
  principalWithdrawal,
  principalConfirmation,
  principalChange,
  principalTransfer,
  notices,
  keyBringing,
  principalEnrolment,
  principalSuspension,
  principalResumption,
  principalEnd,
  holders,
  holder,
  holderSuspension,
  holderResumption,
  holderEnd,
  certificateList,
  certificateSearch,
  certificatesAsCsv,
  certificatesAsXlsx,
  certificates,
  usedKeys,
  keyList,
  keyListPart,
  keyListProposal,
  keyListDecision,
  certificate,
  certificateRevocation,
  certificateRevocationWithdrawal,
  certificateCorrection,
  certificateHold,
  certificateRelease,
  provisions,
  accesses,
  provisionProof,
  records,
  record,
  recordProof,
  counts,
  recordsAsCsv,
  recordsAsNdjson,
  recordsAsParquet,
  annualReports,
  annualReportMake,
  annualReportJson,
  annualReportCsv,
  annualReportPage,
  disclosureRequest,
  disclosures,
  disclosure,
  disclosureExtension,
  disclosureBundle,
  disclosurePage,
  disclosureKeys,
  ownRecords,
  ownCertificates,
  delegates,
  delegateNaming,
  delegateWithdrawal,
  evidence,
  evidenceSample,
  cdnLogImport,
  retentionMonths,
  retentionEnd,
  dataOrders,
  dataOrder,
  dataHold,
  dataRelease,
  dataErasure,
  dataOrderWithdrawal,
  amendmentProposal,
  amendments,
  amendment,
  amendmentDecision,
  recovery,
  tableRecovery,
  statistics,
  authorityState,
  crlArchive,
  archivedCrl,
  crlPublish,
];
