import { Duration } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  type BehaviorOptions,
  CacheCookieBehavior,
  CachedMethods,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  type CfnDistribution,
  Distribution,
  HttpVersion,
  type IOrigin,
  OriginProtocolPolicy,
  OriginRequestCookieBehavior,
  OriginRequestHeaderBehavior,
  OriginRequestPolicy,
  OriginRequestQueryStringBehavior,
  OriginSslPolicy,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { FunctionUrlOrigin, HttpOrigin, type HttpOriginProps } from 'aws-cdk-lib/aws-cloudfront-origins';
import { FunctionUrlAuthType, InvokeMode } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ORIGIN_HOST, ORIGIN_SECRET } from '../../functions/lambda/origin-header.ts';
import { CHOSEN_ON_PAGES } from '../../functions/pages/cookies.ts';
import type { ServiceFunction } from '../lambda/service-function.ts';
import { acknowledge } from '../nag.ts';
import { PAGE_ROUTES } from '../pages/functions.ts';
import type { PublicNetwork } from '../settings.ts';
import { CDN_LOG_PREFIX } from '../store/cdn-logs.ts';

/** The errors that CloudFront would keep for ten seconds, whatever their headers say. */
const ERRORS = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

/** The CDK's origin has no member for the certificate that CloudFront shows to it. */
class ApiOrigin extends HttpOrigin {
  readonly #clientCertificateArn: string | undefined;

  constructor(
    host: string,
    { clientCertificateArn, ...props }: HttpOriginProps & { readonly clientCertificateArn?: string },
  ) {
    super(host, props);
    this.#clientCertificateArn = clientCertificateArn;
  }

  protected override renderCustomOriginConfig(): CfnDistribution.CustomOriginConfigProperty | undefined {
    const config = super.renderCustomOriginConfig();
    const clientCertificateArn = this.#clientCertificateArn;
    return (
      config && {
        ...config,
        ...(clientCertificateArn !== undefined && { originMtlsConfig: { clientCertificateArn } }),
      }
    );
  }
}

/**
 * CRLs, CA certificates and OCSP for everybody, from caches near the clients. They come by plain HTTP too: signed
 * answers need no TLS, and a client that checks a server's certificate cannot yet trust a TLS connection (RFC 5280 8;
 * RFC 6960 A.1). Each answer itself says how long a cache may keep it (RFC 9919): until its nextUpdate, and an OCSP
 * answer with a nonce not at all. The pages for everybody come by HTTPS only. Of other answers nothing of the request but its path chooses the answer, for the statistics their months,
 * and for annual reports their tenant. The language is passed on for errors alone, which are never kept. The CDN passes no credentials: a token must
 * not travel over plain HTTP, and an answer to a named caller must not reach the next one.
 */
export class Publication extends Construct {
  readonly distribution: Distribution;

  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly publication: PublicNetwork['publication'];
      readonly originHost: string;
      /** The certificate that the CDN shows to an origin that asks for one. */
      readonly clientCertificateArn?: string;
      /** By which the functions know the CDN's requests. */
      readonly originSecret: string;
      /** Streams CRLs to the CDN. API Gateway would carry only four megabytes of one. */
      readonly crls: ServiceFunction;
      readonly accessLogs: IBucket;
      readonly webAclArn: string;
    },
  ) {
    super(scope, id);
    const { host, certificateArn } = props.publication;
    const kept = {
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.seconds(0),
      maxTtl: Duration.days(7),
      headerBehavior: CacheHeaderBehavior.none(),
      cookieBehavior: CacheCookieBehavior.none(),
      enableAcceptEncodingGzip: false,
      enableAcceptEncodingBrotli: false,
    };
    const byPath = new CachePolicy(this, 'AsTheAnswerSays', {
      ...kept,
      comment: 'As long as the answer says, by path alone',
      queryStringBehavior: CacheQueryStringBehavior.none(),
    });
    // What is in the key of the cache is passed on to the origin, and no other parameter is.
    const byMonths = new CachePolicy(this, 'ByMonths', {
      ...kept,
      comment: 'As long as the answer says, by path and months',
      queryStringBehavior: CacheQueryStringBehavior.allowList('from', 'to'),
    });
    const byTenant = new CachePolicy(this, 'ByTenant', {
      ...kept,
      comment: 'As long as the answer says, by path and tenant',
      queryStringBehavior: CacheQueryStringBehavior.allowList('tenant'),
    });
    const originRequestPolicy = new OriginRequestPolicy(this, 'TypeOnly', {
      comment: 'The type of the body and the language of errors, and nothing else of the request',
      headerBehavior: OriginRequestHeaderBehavior.allowList('Content-Type', 'Accept-Language'),
      cookieBehavior: OriginRequestCookieBehavior.none(),
      queryStringBehavior: OriginRequestQueryStringBehavior.none(),
    });
    const origin = new ApiOrigin(props.originHost, {
      protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
      originSslProtocols: [OriginSslPolicy.TLS_V1_2],
      customHeaders: { [ORIGIN_SECRET]: props.originSecret, [ORIGIN_HOST]: host },
      ...(props.clientCertificateArn !== undefined && { clientCertificateArn: props.clientCertificateArn }),
    });
    // Only this distribution may invoke the function by its URL: it signs its requests.
    const crlOrigin = FunctionUrlOrigin.withOriginAccessControl(
      props.crls.lambda.addFunctionUrl({
        authType: FunctionUrlAuthType.AWS_IAM,
        invokeMode: InvokeMode.RESPONSE_STREAM,
      }),
      { readTimeout: Duration.seconds(60) },
    );
    const behavior = (
      viewerProtocolPolicy: ViewerProtocolPolicy,
      allowedMethods = AllowedMethods.ALLOW_GET_HEAD,
      from: IOrigin = origin,
      cachePolicy = byPath,
    ): BehaviorOptions => ({
      origin: from,
      cachePolicy,
      originRequestPolicy,
      viewerProtocolPolicy,
      allowedMethods,
      cachedMethods: CachedMethods.CACHE_GET_HEAD,
      compress: false,
    });
    const signed = behavior(ViewerProtocolPolicy.ALLOW_ALL);
    // Pages are in the reader's language, and forms say which page sent them. No page is kept, and the files that pages load are.
    const asPage: BehaviorOptions = {
      ...behavior(ViewerProtocolPolicy.REDIRECT_TO_HTTPS, AllowedMethods.ALLOW_ALL),
      // Fingerprints are compared here. Clients of CRLs and of OCSP do not look at this, and go on by plain HTTP.
      responseHeadersPolicy: new ResponseHeadersPolicy(this, 'HttpsFromNowOn', {
        securityHeadersBehavior: {
          strictTransportSecurity: {
            accessControlMaxAge: Duration.days(365),
            includeSubdomains: false,
            override: true,
          },
        },
      }),
      cachePolicy: CachePolicy.CACHING_DISABLED,
      originRequestPolicy: new OriginRequestPolicy(this, 'OfPages', {
        comment: 'What a page needs to know of the request, and no session',
        headerBehavior: OriginRequestHeaderBehavior.allowList(
          'Content-Type',
          'Accept-Language',
          'Origin',
          'Sec-Fetch-Site',
        ),
        cookieBehavior: OriginRequestCookieBehavior.allowList(...CHOSEN_ON_PAGES),
        queryStringBehavior: OriginRequestQueryStringBehavior.all(),
      }),
    };
    const pages = Object.fromEntries(
      PAGE_ROUTES.filter(({ doors }) => doors !== 'callers')
        .flatMap(({ routes }) => routes)
        .filter(({ page }) => page !== 'asset')
        .map(({ path }) => [path, asPage]),
    );
    this.distribution = new Distribution(this, 'Distribution', {
      comment: 'Akashi: CRLs, CA certificates, OCSP',
      webAclId: props.webAclArn,
      domainNames: [host],
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      httpVersion: HttpVersion.HTTP2_AND_3,
      enableIpv6: true,
      enableLogging: true,
      logBucket: props.accessLogs,
      logFilePrefix: CDN_LOG_PREFIX,
      logIncludesCookies: false,
      defaultBehavior: behavior(ViewerProtocolPolicy.HTTPS_ONLY),
      additionalBehaviors: {
        ...pages,
        '/assets/*': behavior(ViewerProtocolPolicy.REDIRECT_TO_HTTPS),
        '/crl/*': behavior(ViewerProtocolPolicy.ALLOW_ALL, AllowedMethods.ALLOW_GET_HEAD, crlOrigin),
        '/ca/*': signed,
        '/ocsp': behavior(ViewerProtocolPolicy.ALLOW_ALL, AllowedMethods.ALLOW_ALL),
        '/ocsp/*': signed,
        '/api/v1/invitations': behavior(ViewerProtocolPolicy.HTTPS_ONLY, AllowedMethods.ALLOW_ALL),
        '/api/v1/reports/annual/*': behavior(
          ViewerProtocolPolicy.HTTPS_ONLY,
          AllowedMethods.ALLOW_GET_HEAD,
          origin,
          byTenant,
        ),
        '/api/v1/statistics': behavior(
          ViewerProtocolPolicy.HTTPS_ONLY,
          AllowedMethods.ALLOW_GET_HEAD,
          origin,
          byMonths,
        ),
      },
      // An error is in the language of one client, and what causes it may be over at once.
      errorResponses: ERRORS.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
    });
    acknowledge(
      this.distribution,
      'AwsSolutions-CFR1',
      [],
      'Certificates are checked wherever their holders are, so no country is kept out.',
    );
  }
}
