import type { IncomingMessage, ServerResponse } from 'node:http';
import { Fault } from '../../lib/fault.ts';
import { bodyTooLarge } from '../http/stack.ts';

const NONE = new Uint8Array();

/** Reads the whole body. */
export type ReadBody = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  limit: number,
) => Promise<Uint8Array>;

/**
 * Reading ends at the first byte beyond `limit`, and does not begin where the announced length is beyond it. Each body
 * may take `withinMs` to arrive. All bodies that are arriving may have `together` bytes. Faults: `body-too-large`,
 * `body-timeout`, `too-many-requests`, `transfer-coding-unknown`.
 */
export const bodyReader = (withinMs: number, together: number): ReadBody => {
  const underWay: UnderWay = { bytes: 0, together };
  return (incoming, outgoing, limit) => readBody(incoming, outgoing, limit, withinMs, underWay);
};

interface UnderWay {
  bytes: number;
  readonly together: number;
}

const readBody = async (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  limit: number,
  withinMs: number,
  underWay: UnderWay,
): Promise<Uint8Array> => {
  const { 'content-length': length, 'transfer-encoding': coding, expect } = incoming.headers;
  if (length === undefined && coding === undefined) return NONE;
  // node:http decodes no other coding: the encoded bytes would be read as the body (RFC 9112 6.1).
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    throw new Fault('transfer-coding-unknown', 'Send the body as it is, or chunked.');
  }
  if (Number(length) > limit) throw bodyTooLarge(limit);
  if (expect !== undefined) outgoing.writeContinue();
  if (incoming.destroyed) throw cutShort();
  // Most bodies arrive together with the headers.
  if (!incoming.complete || incoming.readableLength > limit)
    return readSlowly(incoming, limit, withinMs, underWay);
  const whole: Buffer | null = incoming.read();
  return whole ?? NONE;
};

const cutShort = (): Fault => new Fault('invalid-input', 'The body was cut short.');

const readSlowly = (
  incoming: IncomingMessage,
  limit: number,
  withinMs: number,
  underWay: UnderWay,
): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let total = 0;
    const late = () => fail(new Fault('body-timeout', 'The body did not arrive in time; send it again.'));
    const bound = setTimeout(late, withinMs);
    const take = (chunk: Buffer): void => {
      total += chunk.length;
      underWay.bytes += chunk.length;
      if (total > limit) fail(bodyTooLarge(limit));
      else if (underWay.bytes > underWay.together) {
        fail(new Fault('too-many-requests', 'Too much is being sent at once; send it again later.'));
      } else chunks.push(chunk);
    };
    const end = (): void => {
      leave();
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, total));
    };
    const fail = (error: Error): void => {
      leave();
      incoming.pause();
      reject(error);
    };
    const gone = (): void => fail(cutShort());
    const leave = (): void => {
      clearTimeout(bound);
      underWay.bytes -= total;
      incoming.off('data', take).off('end', end).off('error', gone).off('close', gone);
    };
    incoming.on('data', take).on('end', end).on('error', gone).on('close', gone);
  });
