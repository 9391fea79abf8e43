import type { IncomingMessage, ServerResponse } from 'node:http';
import { Fault } from '../lib/fault.ts';
import { bodyTooLarge } from './stack.ts';

const NONE = new Uint8Array();

/**
 * The whole body. Reading ends at the first byte beyond `limit`, and before the first one where the length that the
 * client announces is beyond it already. Faults: `body-too-large`, `body-timeout`.
 */
export const readBody = async (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  limit: number,
  withinMs: number,
): Promise<Uint8Array> => {
  const { 'content-length': length, 'transfer-encoding': coding, expect } = incoming.headers;
  if (length === undefined && coding === undefined) return NONE;
  if (Number(length) > limit) throw bodyTooLarge(limit);
  if (expect !== undefined) outgoing.writeContinue();
  if (incoming.destroyed) throw cutShort();
  // Most bodies came with the headers.
  if (!incoming.complete || incoming.readableLength > limit) return readSlowly(incoming, limit, withinMs);
  const whole: Buffer | null = incoming.read();
  return whole ?? NONE;
};

const cutShort = (): Fault => new Fault('invalid-input', 'The body was cut short.');

const readSlowly = (incoming: IncomingMessage, limit: number, withinMs: number): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let total = 0;
    const late = () => fail(new Fault('body-timeout', 'The body did not arrive in time; send it again.'));
    const bound = setTimeout(late, withinMs);
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
    const gone = (): void => fail(cutShort());
    const leave = (): void => {
      clearTimeout(bound);
      incoming.off('data', take).off('end', end).off('error', gone).off('close', gone);
    };
    incoming.on('data', take).on('end', end).on('error', gone).on('close', gone);
  });
