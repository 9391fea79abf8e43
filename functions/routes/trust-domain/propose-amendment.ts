import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Fault } from '../../../lib/fault.ts';
import { type HttpRequest, json, mediaType } from '../../http/http.ts';
import { readJson } from '../../http/json-body.ts';
import { defineRoute } from '../../http/route.ts';
import { AMENDMENTS, amendmentView } from './amendment-views.ts';

/** On AWS an event has at most 6 MB, and has the body in base64. */
const MAX_BYTES = 4 * 1024 * 1024;
/** The most that a trust domain file may have, at three bytes a character. */
const MAX_UNPACKED_BYTES = 48 * 1024 * 1024;

const GZIP = 'application/gzip';
const unpack = promisify(gunzip);

export const route = defineRoute({
  id: 'proposeAmendment',
  method: 'POST',
  path: AMENDMENTS,
  summary: 'Propose a changed trust domain file',
  description:
    'The whole file as it will be deployed, plain or compressed by gzip. It is checked by itself and against the file in force.',
  lane: 'api',
  access: ['operator'],
  ofService: true,
  body: { kind: 'bytes', contentTypes: ['application/json', GZIP], maxBytes: MAX_BYTES },
  responses: {
    201: {
      description: 'The amendment is proposed.',
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

/** The text of the file, from a body of JSON or of gzip. Fault: `invalid-input`. */
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
  // Strict UTF-8 and no member twice, so that a person who examines the file reads the same as this service.
  readJson(bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
};
