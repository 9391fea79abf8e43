interface Price {
  readonly usd: number;
  readonly unit: string;
  readonly evidence: Evidence;
}

/**
 * `seen`: read on AWS's own pages, in us-east-1 where the price is the same everywhere. `listed`: from the AWS Price
 * List by its usage type, at second hand: Tokyo as of September 2026, AWS Private CA as of July 2025. `assumed`: the
 * author's estimate.
 */
type Evidence = 'seen' | 'listed' | 'assumed';

/** List prices, Asia Pacific (Tokyo), without free tiers, savings plans or discounts. */
export const PRICES_AS_OF = '2026-11-22';

const price = (usd: number, unit: string, evidence: Evidence = 'assumed'): Price => ({
  usd,
  unit,
  evidence,
});

export const PRICES = {
  writeUnit: price(0.715e-6, 'DynamoDB write request unit, on demand', 'listed'),
  readUnit: price(0.1425e-6, 'DynamoDB read request unit, on demand', 'listed'),
  tableGb: price(0.285, 'DynamoDB storage, GB-month', 'listed'),
  recoveryGb: price(0.228, 'DynamoDB point-in-time recovery, GB-month'),
  lambdaRequest: price(0.2e-6, 'Lambda request', 'listed'),
  lambdaGbSecond: price(13.3334e-6, 'Lambda GB-second, arm64', 'listed'),
  apiRequest: price(1.29e-6, 'API Gateway HTTP API request', 'listed'),
  cdnRequest: price(1.2e-6, 'CloudFront request, Japan, HTTPS (HTTP is cheaper)', 'listed'),
  cdnGb: price(0.114, 'CloudFront transfer, Japan, GB', 'listed'),
  key: price(1, 'KMS key, month', 'seen'),
  signature: price(0.15 / 10_000, 'KMS request with an asymmetric key other than RSA 2048'),
  keyRequest: price(0.03 / 10_000, 'KMS request with a symmetric key', 'seen'),
  objectPut: price(4.7e-6, 'S3 PUT', 'listed'),
  objectGet: price(0.37e-6, 'S3 GET', 'listed'),
  objectGb: price(0.025, 'S3 Standard storage, GB-month', 'listed'),
  logGb: price(0.76, 'CloudWatch Logs ingestion, GB', 'listed'),
  metric: price(0.3, 'CloudWatch custom metric, month', 'listed'),
  alarm: price(0.1, 'CloudWatch alarm, month', 'listed'),
  dashboard: price(3, 'CloudWatch dashboard, month'),
  trace: price(5e-6, 'X-Ray trace recorded'),
  webAcl: price(5 + 1, 'WAF web ACL with one rule, month'),
  webAclRequest: price(0.6e-6, 'WAF request'),
  // AWS announced on 25 October 2024 that CloudFront does not charge for what WAF blocks.
  blockedRequest: price(0, 'CloudFront request that WAF blocks', 'seen'),
  // API Gateway does not charge for requests above a throttle.
  throttledRequest: price(0, 'API Gateway request that is throttled'),
  secret: price(0.4, 'Secrets Manager secret, month'),
  secretRead: price(0.05 / 10_000, 'Secrets Manager request'),
  privateCa: price(400, 'AWS Private CA, general-purpose CA, month', 'seen'),
  privateCertificate1: price(0.75, 'AWS Private CA certificate, 1st to 1,000th of a month'),
  privateCertificate2: price(0.35, 'AWS Private CA certificate, 1,001st to 10,000th'),
  privateCertificate3: price(0.001, 'AWS Private CA certificate, from the 10,001st', 'listed'),
  privateOcsp: price(0.06, 'AWS Private CA, certificate queried by OCSP, month', 'listed'),
} as const satisfies Record<string, Price>;
