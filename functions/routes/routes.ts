import type { Route } from '../http/route.ts';
import { route as certificate } from './certificates/get-certificate.ts';
import { route as certificateHold } from './certificates/hold-certificate.ts';
import { route as certificates } from './certificates/list-certificates.ts';
import { route as certificateRelease } from './certificates/release-certificate.ts';
import { route as certificateRevocation } from './certificates/revoke-certificate.ts';
import { route as certificateRevocationWithdrawal } from './certificates/withdraw-revocation.ts';
import { route as crlArchive } from './crls/list-crls.ts';
import { route as crlPublish } from './crls/publish-crl.ts';
import { disclosureRoutes } from './holders/disclosures.ts';
import { ownRoutes } from './holders/own.ts';
import { route as ocspPost } from './public/ask-status.ts';
import { route as ocspGet } from './public/ask-status-by-url.ts';
import { route as caCertificate } from './public/get-authority-certificate.ts';
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
import { evidenceRoutes } from './records/evidence.ts';
import { exportRoutes } from './records/export.ts';
import { route as provisionProof } from './records/get-provision-proof.ts';
import { route as record } from './records/get-record.ts';
import { route as recordProof } from './records/get-record-proof.ts';
import { route as cdnLogImport } from './records/import-cdn-log.ts';
import { route as provisions } from './records/list-provisions.ts';
import { route as records } from './records/list-records.ts';
import { reportRoutes } from './records/reports.ts';
import { route as requestCertificate } from './requests/collect-certificate.ts';
import { route as requestExaminations } from './requests/examine-request.ts';
import { route as request } from './requests/get-request.ts';
import { route as requests } from './requests/list-requests.ts';
import { route as requestSubmit } from './requests/submit-request.ts';
import { route as requestWithdrawal } from './requests/withdraw-request.ts';
import { amendmentRoutes } from './trust-domain/amendments.ts';

/** The whole public surface, in the order in which the OpenAPI document shows it. */
export const routes: readonly Route[] = [
  healthz,
  openapiJson,
  authorities,
  caCertificate,
  caChain,
  crl,
  ocspPost,
  ocspGet,
  logCheckpoint,
  logTile,
  logKey,
  jwks,
  token,
  requestSubmit,
  requests,
  request,
  requestExaminations,
  requestWithdrawal,
  requestCertificate,
  certificates,
  certificate,
  certificateRevocation,
  certificateRevocationWithdrawal,
  certificateHold,
  certificateRelease,
  provisions,
  provisionProof,
  records,
  record,
  recordProof,
  counts,
  ...exportRoutes,
  ...reportRoutes,
  ...disclosureRoutes,
  ...ownRoutes,
  ...evidenceRoutes,
  cdnLogImport,
  ...amendmentRoutes,
  statistics,
  crlArchive,
  crlPublish,
];
