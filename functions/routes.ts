import { amendmentRoutes } from './amendments.ts';
import { route as authorities } from './authorities.ts';
import { route as caCertificate } from './ca-certificate.ts';
import { route as caChain } from './ca-chain.ts';
import { route as cdnLogImport } from './cdn-log-import.ts';
import { route as certificate } from './certificate.ts';
import { route as certificateHold } from './certificate-hold.ts';
import { route as certificateRelease } from './certificate-release.ts';
import { route as certificateRevocation } from './certificate-revocation.ts';
import { route as certificateRevocationWithdrawal } from './certificate-revocation-withdrawal.ts';
import { route as certificates } from './certificates.ts';
import { route as counts } from './counts.ts';
import { route as crl } from './crl.ts';
import { route as crlArchive } from './crl-archive.ts';
import { route as crlPublish } from './crl-publish.ts';
import { disclosureRoutes } from './disclosures.ts';
import { evidenceRoutes } from './evidence.ts';
import { route as healthz } from './healthz.ts';
import { route as jwks } from './jwks.ts';
import { route as logCheckpoint } from './log-checkpoint.ts';
import { route as logKey } from './log-key.ts';
import { route as logTile } from './log-tile.ts';
import { route as ocspGet } from './ocsp-get.ts';
import { route as ocspPost } from './ocsp-post.ts';
import { route as openapiJson } from './openapi-json.ts';
import { ownRoutes } from './own.ts';
import { route as provisionProof } from './provision-proof.ts';
import { route as provisions } from './provisions.ts';
import { route as record } from './record.ts';
import { route as recordProof } from './record-proof.ts';
import { route as records } from './records.ts';
import { exportRoutes } from './records-export.ts';
import { reportRoutes } from './reports.ts';
import { route as request } from './request.ts';
import { route as requestCertificate } from './request-certificate.ts';
import { route as requestExaminations } from './request-examinations.ts';
import { route as requestSubmit } from './request-submit.ts';
import { route as requestWithdrawal } from './request-withdrawal.ts';
import { route as requests } from './requests.ts';
import type { Route } from './route.ts';
import { route as statistics } from './statistics.ts';
import { route as token } from './token.ts';

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
