import type { RevocationOutcome } from '../../../lib/authority/authority.ts';
import { type HttpResponse, json } from '../../http/http.ts';

/** 202 (RFC 9110 15.3.3) until a second person has asked for the same. */
export const outcome = (of: RevocationOutcome): HttpResponse => json(of.awaiting ? 202 : 200, of);
