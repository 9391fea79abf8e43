import * as z from 'zod';
import type { FaultCode } from '../../../lib/fault.ts';
import type { OrderAct } from '../../../lib/personal/personal.ts';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { HELD, holder, orderBody, orderView } from './retention-views.ts';

/** The three orders about the data of a holder differ in their act alone. */
export const ordering = ({
  act,
  path,
  description,
  faults,
  ...terms
}: {
  readonly id: string;
  readonly act: OrderAct;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly faults: readonly FaultCode[];
}) =>
  defineRoute({
    ...terms,
    method: 'POST',
    path: `${HELD}/${path}`,
    description: `The first call is answered 202 and changes nothing yet; the same call of another operator, within the term of revocations, gives the order. ${description}`,
    lane: 'api',
    access: ['operator'],
    params: z.strictObject({ holder }),
    body: { kind: 'json', schema: orderBody },
    responses: {
      200: { description: 'What stands now.', schema: orderView },
      202: { description: 'Another operator must ask for the same.', schema: orderView },
    },
    faults: ['unknown-holder', 'wrong-state', 'confirmation-differs', 'condition-failed', ...faults],
    handle: async ({ personalRetention }, { params, body }, caller) => {
      const order = await personalRetention.order(caller, params.holder, { act, ...body });
      return json(order.awaiting ? 202 : 200, order);
    },
  });
