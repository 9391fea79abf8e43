import type { App } from '../../../lib/app.ts';
import type { Principal } from '../../../lib/principal.ts';
import type { HttpResponse } from '../../http/http.ts';
import { handedOver } from '../../http/large-answers.ts';
import { namesRecord, recordHeader } from '../../http/record-header.ts';

type HandOver = Awaited<ReturnType<App['disclosures']['handOver']>>;

interface Asked {
  readonly method: string;
  /** The disclosure's id. */
  readonly id: string;
}

/** For the OpenAPI document: the answers of such a route. */
export const bundleResponses = (contentType: string) => ({
  200: {
    description: 'The bundle.',
    contentType,
    headers: {
      ...namesRecord,
      'content-security-policy': 'A browser that shows the bundle runs and loads nothing.',
    },
  },
  ...handedOver,
});

/** Hands over a bundle, in the form that `bodyOf` chooses. */
export const bundleAnswer = async (
  { disclosures }: Pick<App, 'disclosures'>,
  caller: Principal,
  { method, id }: Asked,
  contentType: string,
  bodyOf: (bundle: HandOver) => string,
): Promise<HttpResponse> => {
  if (method === 'HEAD') {
    // Nothing is handed over, so the disclosure stays open.
    await disclosures.cases.get(caller, id);
    return { status: 200, headers: { 'content-type': contentType }, body: '' };
  }
  const bundle = await disclosures.handOver(caller, id, method);
  return {
    status: 200,
    headers: {
      'content-type': contentType,
      ...recordHeader(bundle.record),
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    },
    body: bodyOf(bundle),
  };
};
