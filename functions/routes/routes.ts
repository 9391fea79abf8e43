import type { Route } from '../http/route.ts';
import { route as certificate } from './certificates/get.ts';
import { route as certificateHold } from './certificates/hold.ts';
import { route as certificates } from './certificates/list.ts';
import { route as certificateRelease } from './certificates/release.ts';
import { route as certificateRevocation } from './certificates/revoke.ts';
import { route as certificateRevocationWithdrawal } from './certificates/withdraw-revocation.ts';
import { route as crlArchive } from './crls/archive.ts';
import { route as crlPublish } from './crls/publish.ts';
import { disclosureRoutes } from './holders/disclosures.ts';
import { ownRoutes } from './holders/own.ts';
import { route as authorities } from './public/authorities.ts';
import { route as caCertificate } from './public/ca-certificate.ts';
import { route as caChain } from './public/ca-chain.ts';
import { route as crl } from './public/crl.ts';
import { route as healthz } from './public/healthz.ts';
import { route as jwks } from './public/jwks.ts';
import { route as logCheckpoint } from './public/log-checkpoint.ts';
import { route as logKey } from './public/log-key.ts';
import { route as logTile } from './public/log-tile.ts';
import { route as ocspGet } from './public/ocsp-get.ts';
import { route as ocspPost } from './public/ocsp-post.ts';
import { route as openapiJson } from './public/openapi-json.ts';
import { route as statistics } from './public/statistics.ts';
import { route as token } from './public/token.ts';
import { route as cdnLogImport } from './records/cdn-log-import.ts';
import { route as counts } from './records/counts.ts';
import { evidenceRoutes } from './records/evidence.ts';
import { exportRoutes } from './records/export.ts';
import { route as record } from './records/get.ts';
import { route as records } from './records/list.ts';
import { route as recordProof } from './records/proof.ts';
import { route as provisionProof } from './records/provision-proof.ts';
import { route as provisions } from './records/provisions.ts';
import { reportRoutes } from './records/reports.ts';
import { route as requestCertificate } from './requests/certificate.ts';
import { route as requestExaminations } from './requests/examine.ts';
import { route as request } from './requests/get.ts';
import { route as requests } from './requests/list.ts';
import { route as requestSubmit } from './requests/submit.ts';
import { route as requestWithdrawal } from './requests/withdraw.ts';
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
