import type { BatchView } from '../../../lib/batches/batches.ts';
import type { RowProblem } from '../../../lib/bulk/bulk.ts';
import type { Ledger } from '../../../lib/ledger/ledger.ts';
import { speaking } from '../../../lib/messages/messages.ts';
import type { Principal } from '../../../lib/principal.ts';
import { type HttpRequest, type HttpResponse, json } from '../../http/http.ts';
import { languageOf } from '../../http/language.ts';
import { provide } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { batchView, type Spoken, type SpokenProblem } from './batch-views.ts';

/** Says the problems of a view in the language that the caller accepts. */
export type Speak = <V extends { readonly problems?: readonly RowProblem[] }>(view: V) => Spoken<V>;

type Asked = Pick<HttpRequest, 'headers' | 'method'>;

export const speakingTo = async ({ headers }: Pick<Asked, 'headers'>): Promise<Speak> => {
  const language = languageOf(headers['accept-language']);
  const say = await speaking(language);
  const spoken = ({ column, phrase }: RowProblem): SpokenProblem => ({
    ...(column && { column: column[language] }),
    problem: say(phrase),
  });
  return ({ problems, ...view }) => ({ ...view, ...(problems && { problems: problems.map(spoken) }) });
};

/** The answer to an act, whose own record says what was done. */
export const batchNow = async (request: Asked, batch: BatchView): Promise<HttpResponse> =>
  json(200, (await speakingTo(request))(batch));

/** For the OpenAPI document: the answer to an act. */
export const batchNowAnswer = {
  200: { description: 'The batch as it stands now.', schema: batchView },
};

/** The batch as it stands, recorded as a provision. It names no request: their rows do (`listBatchRows`). */
export const provideBatch = async (
  ledger: Ledger,
  caller: Principal,
  request: Asked,
  batch: BatchView,
): Promise<HttpResponse> =>
  provide(ledger, caller, (await speakingTo(request))(batch), {
    channel: 'requests',
    method: request.method,
    tenant: batch.tenant,
    certificates: [],
    provided: { batch: batch.id, state: batch.state },
    count: 1,
  });

/** For the OpenAPI document: the answer of `provideBatch`. */
export const provideBatchAnswer = {
  200: { description: 'The batch.', headers: namesRecord, schema: batchView },
};
