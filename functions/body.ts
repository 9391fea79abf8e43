import type { IncomingMessage, ServerResponse } from 'node:http';
import { Fault } from '../lib/fault.ts';
import { bodyTooLarge } from './stack.ts';

const NONE = new Uint8Array();

/**
 * The whole body. Reading ends at the first byte beyond `limit`, and before the first one where the length that the
 * client announces is beyond it already. Faults: `body-too-large`, `body-timeout`.
 */
export const readBody = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  limit: number,
  withinMs: number,
): Promise<Uint8Array> => {
  const { 'content-length': length, 'transfer-encoding': coding, expect } = incoming.headers;
  if (length === undefined && coding === undefined) return Promise.resolve(NONE);
  if (Number(length) > limit) return Promise.reject(bodyTooLarge(limit));
  if (expect !== undefined) outgoing.writeContinue();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let total = 0;
    let bound: NodeJS.Timeout | undefined;
    let settled = false;
    // Most bodies come with the headers, and are complete before anything else is done.
    queueMicrotask(() => {
      if (!settled && !incoming.complete)
        bound = setTimeout(
          () => fail(new Fault('body-timeout', 'The body did not arrive in time; send it again.')),
          withinMs,
        );
    });
    const take = (chunk: Buffer): void => {
      total += chunk.length;
      if (total > limit) fail(bodyTooLarge(limit));
      else chunks.push(chunk);
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
    const gone = (): void => fail(new Fault('invalid-input', 'The body was cut short.'));
    const leave = (): void => {
      settled = true;
      clearTimeout(bound);
      incoming.off('data', take).off('end', end).off('error', gone).off('close', gone);
    };
    incoming.on('data', take).on('end', end).on('error', gone).on('close', gone);
  });
};
