import { readRecordedAct } from '../recorded-act.ts';
import type { RequestOutline } from '../registration/registration.ts';
import type { BatchesDeps } from './deps.ts';

/** Whether the row of the file led to the request, as its submission says. A row of the table may name any request. */
export type IsOfRow = (
  at: { readonly batch: string; readonly office: string; readonly row: number },
  request: string,
  outline: RequestOutline,
) => Promise<boolean>;

export const openIsOfRow =
  ({ recorder }: Pick<BatchesDeps, 'recorder'>): IsOfRow =>
  async ({ batch, office, row }, request, outline) => {
    const details = { act: 'submitted', request, batch, row };
    const expected = { kind: 'submission', office, details } as const;
    return (await readRecordedAct(recorder, outline.submission, expected)) !== undefined;
  };
