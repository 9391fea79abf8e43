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
  Distribution,
  HttpVersion,
  type IOrigin,
  OriginProtocolPolicy,
  OriginRequestCookieBehavior,
  OriginRequestHeaderBehavior,
  OriginRequestPolicy,
  OriginRequestQueryStringBehavior,
  OriginSslPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { FunctionUrlOrigin, HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { FunctionUrlAuthType, InvokeMode } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { ServiceFunction } from '../lambda/service-function.ts';
import { acknowledge } from '../nag.ts';
import type { PublicNetwork } from '../settings.ts';
import { CDN_LOG_PREFIX } from '../store/cdn-logs.ts';

/**
 * CRLs, CA certificates and OCSP for everybody, from caches near the clients. They come by plain HTTP too: signed
 * answers need no TLS, and a client that checks a server's certificate cannot yet trust a TLS connection (RFC 5280 8;
 * RFC 6960 A.1). Each answer itself says how long a cache may keep it (RFC 9919): until its nextUpdate, and an OCSP
 * answer with a nonce not at all. Nothing of the request but its path chooses the answer. The CDN passes no
 * credentials: a token must not travel over plain HTTP, and an answer to a named caller must not reach the next one.
 */
export class Publication extends Construct {
  readonly distribution: Distribution;

  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly publication: PublicNetwork['publication'];
      readonly originHost: string;
      /** Streams CRLs to the CDN. API Gateway would carry only four megabytes of one. */
      readonly crls: ServiceFunction;
      readonly accessLogs: IBucket;
      readonly webAclArn: string;
    },
  ) {
    super(scope, id);
    const { host, certificateArn } = props.publication;
    const cachePolicy = new CachePolicy(this, 'AsTheAnswerSays', {
      comment: 'As long as the answer says, by path alone',
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.seconds(0),
      maxTtl: Duration.days(7),
      headerBehavior: CacheHeaderBehavior.none(),
      cookieBehavior: CacheCookieBehavior.none(),
      queryStringBehavior: CacheQueryStringBehavior.none(),
      enableAcceptEncodingGzip: false,
      enableAcceptEncodingBrotli: false,
    });
    const originRequestPolicy = new OriginRequestPolicy(this, 'TypeOnly', {
      comment: 'The type of the body and nothing else of the request',
      headerBehavior: OriginRequestHeaderBehavior.allowList('Content-Type'),
      cookieBehavior: OriginRequestCookieBehavior.none(),
      queryStringBehavior: OriginRequestQueryStringBehavior.none(),
    });
    const origin = new HttpOrigin(props.originHost, {
      protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
      originSslProtocols: [OriginSslPolicy.TLS_V1_2],
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
        '/crl/*': behavior(ViewerProtocolPolicy.ALLOW_ALL, AllowedMethods.ALLOW_GET_HEAD, crlOrigin),
        '/ca/*': signed,
        '/ocsp': behavior(ViewerProtocolPolicy.ALLOW_ALL, AllowedMethods.ALLOW_ALL),
        '/ocsp/*': signed,
      },
    });
    acknowledge(
      this.distribution,
      'AwsSolutions-CFR1',
      [],
      'Certificates are checked wherever their holders are, so no country is kept out.',
    );
  }
}
