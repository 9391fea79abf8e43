import type { LedgerRecord, ProvisionDraft, SignedRequestFacts } from './contract.ts';
import { cut } from './cutting.ts';
import { openSharing } from './sharing.ts';
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
  const storeAnswers = openSharing(deps.table, staging);
  return {
    append: async (...drafts) => storeAnswers(drafts.flatMap(cut)),
    appendSigned: openSignedRequests(deps.table, staging),
  };
};
