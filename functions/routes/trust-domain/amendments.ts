import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import * as z from 'zod';
import { Fault } from '../../../lib/fault.ts';
import {
  AMENDMENT_STATES,
  type AmendmentView,
  type Change,
  MAX_CHANGES_SHOWN,
} from '../../../lib/trust-domain/trust-domain.ts';
import { type HttpRequest, json, mediaType } from '../../http/http.ts';
import { readJson } from '../../http/json-body.ts';
import { defineRoute } from '../../http/route.ts';
import { cursor, pageLimit, principalId, sha256, utc } from '../../http/schemas.ts';

const PATH = '/api/v1/amendments';

/** A function on AWS takes 6 MB of an event, which has them in base64. */
const MAX_BYTES = 4 * 1024 * 1024;
/** As much as a trust domain may have, in characters of three bytes. */
const MAX_UNPACKED_BYTES = 48 * 1024 * 1024;

const GZIP = 'application/gzip';
const unpack = promisify(gunzip);

/** The file as it was written: a body of JSON, or one compressed by gzip. Fault: `invalid-input`. */
const fileOf = async ({ headers, body }: HttpRequest): Promise<string> => {
  const packed = mediaType(headers['content-type'] ?? '') === GZIP;
  const bytes = packed
    ? await unpack(body, { maxOutputLength: MAX_UNPACKED_BYTES }).catch((cause: unknown) => {
        throw new Fault(
          'invalid-input',
          'The body is not a whole file compressed by gzip, or has more than 48 MiB.',
          {},
          { cause },
        );
      })
    : body;
  // Nobody who examines the file may read it in another way than this service does: no member twice, strict UTF-8.
  readJson(bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
};

const amendmentId = z
  .string()
  .regex(/^[0-9a-f]{20}$/, 'Must be the id of an amendment.')
  .meta({ description: "An amendment's id; ids sort by the time of the proposal." });

const step = z.object({ by: principalId, at: utc });

const view = z
  .object({
    id: amendmentId,
    state: z.enum(AMENDMENT_STATES),
    before: sha256.meta({ description: 'SHA-256 of the file that was in force when it was proposed.' }),
    after: sha256.meta({ description: 'SHA-256 of the proposed file.' }),
    proposed: step,
    approved: step.exactOptional(),
    refused: step.exactOptional(),
    appliedAt: utc.exactOptional(),
    changed: z.int().meta({ description: 'How many changes there are.' }),
  })
  .meta({ id: 'Amendment' }) satisfies z.ZodType<AmendmentView>;

const value = z.json().exactOptional();
const change = z
  .object({
    path: z.string().meta({ example: 'principals.nishi-counter.office' }),
    change: z.enum(['added', 'removed', 'changed']),
    before: value,
    after: value,
  })
  .meta({ id: 'AmendmentChange' });

const shown = view.extend({
  changes: z.array(change).meta({ description: `The first ${MAX_CHANGES_SHOWN} of them.` }),
}) satisfies z.ZodType<AmendmentView & { readonly changes: readonly Change[] }>;

const params = z.strictObject({ id: amendmentId });

const propose = defineRoute({
  id: 'proposeAmendment',
  method: 'POST',
  path: PATH,
  summary: 'Propose a changed trust domain file',
  description:
    'The whole file, as it will be deployed, as it is or compressed by gzip. It is checked whole, and against the one in force.',
  lane: 'api',
  access: ['operator'],
  body: { kind: 'bytes', contentTypes: ['application/json', GZIP], maxBytes: MAX_BYTES },
  responses: {
    201: {
      description: 'Proposed.',
      schema: view,
      headers: { location: 'The address of the amendment.' },
    },
  },
  faults: [
    'invalid-input',
    'amendment-invalid',
    'amendment-pending',
    'authority-not-ready',
    'condition-failed',
  ],
  handle: async ({ amendments }, { request }, caller) => {
    const proposed = await amendments.propose(caller, await fileOf(request));
    return json(201, proposed, { location: `${PATH}/${proposed.id}` });
  },
});

const list = defineRoute({
  id: 'listAmendments',
  method: 'GET',
  path: PATH,
  summary: 'Amendments of the trust domain, newest first',
  lane: 'api',
  access: ['operator'],
  query: z.strictObject({ limit: pageLimit(100, 20), cursor: cursor.exactOptional() }),
  responses: {
    200: {
      description: 'A page.',
      schema: z.object({ amendments: z.array(view), cursor: z.string().exactOptional() }),
    },
  },
  faults: ['cursor-invalid'],
  handle: async ({ amendments }, { query }) => json(200, await amendments.list(query)),
});

const get = defineRoute({
  id: 'getAmendment',
  method: 'GET',
  path: `${PATH}/{id}`,
  summary: 'An amendment and what it changes',
  lane: 'api',
  access: ['operator'],
  params,
  responses: { 200: { description: 'The amendment.', schema: shown } },
  faults: ['unknown-amendment'],
  handle: async ({ amendments }, { params: { id } }) => json(200, await amendments.get(id)),
});

const decide = defineRoute({
  id: 'decideAmendment',
  method: 'POST',
  path: `${PATH}/{id}/decision`,
  summary: 'Approve an amendment that another operator has proposed; or refuse it, or take it back',
  description:
    'An approved amendment is applied by the start, or the deployment and ceremony, that brings its file. Until then it can be refused.',
  lane: 'api',
  access: ['operator'],
  params,
  body: { kind: 'json', schema: z.strictObject({ decision: z.enum(['approve', 'refuse']) }) },
  responses: { 200: { description: 'Decided.', schema: view } },
  faults: [
    'unknown-amendment',
    'same-person',
    'amendment-closed',
    'amendment-pending',
    'authority-not-ready',
  ],
  handle: async ({ amendments }, { params: { id }, body }, caller) =>
    json(200, await amendments[body.decision](caller, id)),
});

export const amendmentRoutes = [propose, list, get, decide];
