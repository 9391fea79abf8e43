import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Fault } from '../../../lib/fault.ts';
import { type HttpRequest, json, mediaType } from '../../http/http.ts';
import { readJson } from '../../http/json-body.ts';
import { defineRoute } from '../../http/route.ts';
import { AMENDMENTS, amendmentView } from './amendment-views.ts';

/** A function on AWS takes 6 MB of an event, which has them in base64. */
const MAX_BYTES = 4 * 1024 * 1024;
/** As much as a trust domain may have, in characters of three bytes. */
const MAX_UNPACKED_BYTES = 48 * 1024 * 1024;

const GZIP = 'application/gzip';
const unpack = promisify(gunzip);

export const route = defineRoute({
  id: 'proposeAmendment',
  method: 'POST',
  path: AMENDMENTS,
  summary: 'Propose a changed trust domain file',
  description:
    'The whole file, as it will be deployed, as it is or compressed by gzip. It is checked whole, and against the one in force.',
  lane: 'api',
  access: ['operator'],
  body: { kind: 'bytes', contentTypes: ['application/json', GZIP], maxBytes: MAX_BYTES },
  responses: {
    201: {
      description: 'Proposed.',
      schema: amendmentView,
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
    return json(201, proposed, { location: `${AMENDMENTS}/${proposed.id}` });
  },
});

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
