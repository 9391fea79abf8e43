import type { LedgerRecord, ProvisionDraft, SignedRequestFacts } from './contract.ts';
import { cut } from './cutting.ts';
import { openSignedRequests } from './signed-requests.ts';
import { openStaging, type StagingDeps } from './staging.ts';

/** The part of the ledger that records answers and nothing else: for the function that answers OCSP. */
export const openProvisions = (
  deps: StagingDeps,
): {
  append(...drafts: readonly ProvisionDraft[]): Promise<readonly LedgerRecord[]>;
  appendSigned(draft: ProvisionDraft, signed: SignedRequestFacts): Promise<readonly LedgerRecord[]>;
} => {
  const staging = openStaging(deps);
  const { dated, store } = staging;
  return {
    append: (...drafts) => store(drafts.flatMap(cut).map(dated)),
    appendSigned: openSignedRequests(deps.table, staging),
  };
};
