import type { Clock } from '../ports.ts';
import { MAX_PAGE, type Objects } from '../store/store.ts';
import type { Recorder } from './deps.ts';
import { issuanceOf, ownOrder } from './issuance-end.ts';
import { readActedState } from './status-acts.ts';

/**
 * Whether the principal has a certificate that signs in now (`good`): one that has not ended and that no act has revoked or put
 * on hold. `over`: there were others. By the objects alone, so no row that was deleted hides one. Fault: `act-object-invalid`.
 */
export const credentialOf = async (
  {
    objects,
    recorder,
    clock,
  }: {
    readonly objects: Pick<Objects, 'list'>;
    readonly recorder: Pick<Recorder, 'conclusion'>;
    readonly clock: Clock;
  },
  principal: string,
): Promise<'good' | 'over' | 'none'> => {
  // The orders of a principal's certificates are `principal:{id}:…`.
  const prefix = `outcomes/${ownOrder(`principal:${principal}:`).act}`;
  let found: 'over' | 'none' = 'none';
  let cursor: string | undefined;
  do {
    const page = await objects.list(prefix, { limit: MAX_PAGE, ...(cursor !== undefined && { cursor }) });
    for (const path of page.keys) {
      const [, act = '', number] = path.split('/');
      const end = await recorder.conclusion({ act, number: Number(number) });
      const issuance = end && issuanceOf(end.record);
      if (issuance === undefined) continue;
      found = 'over';
      if (issuance.notAfter * 1000 <= clock()) continue;
      if ((await readActedState(recorder, issuance.ref)) === 'good') return 'good';
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
};
