import { officesOf } from '../acting-office.ts';
import { Fault, phrase } from '../fault.ts';
import type { Principal } from '../principal.ts';
import { ifKept } from '../recorded-act.ts';
import { type UsedKeyRow, usedKeyAt } from '../used-key.ts';
import type { Changes } from './changes.ts';
import type { RegistrationDeps } from './deps.ts';

/**
 * The fault for a public key that another request or certificate has. It names the request where the actor may
 * read it.
 * Nobody learns from it that another office has the key for a request: then it could as well be a key of the service.
 */
export const openTakenKey =
  ({ table, ledger }: Pick<RegistrationDeps, 'table' | 'ledger'>, { read }: Pick<Changes, 'read'>) =>
  async (actor: Principal, keyIdentity: string): Promise<Fault> => {
    const row = (await table.get<UsedKeyRow>(usedKeyAt(keyIdentity)))?.value;
    const issuance = row?.record === undefined ? undefined : await ifKept(ledger.act(row.record));
    const offices = officesOf(actor);
    for (const id of [row?.request, issuance?.details?.order]) {
      const request = typeof id === 'string' ? (await read(id))?.value : undefined;
      if (request === undefined || !offices.includes(request.office)) continue;
      if (request.key.identity !== keyIdentity) continue;
      return new Fault(
        'duplicate-key',
        phrase`The request ${String(id)} of this office has this public key; go on with that request, or make a new key pair.`,
        { keyIdentity, request: id, state: request.state },
      );
    }
    return new Fault(
      'duplicate-key',
      'Another request or certificate holds this public key; make a new key pair.',
      { keyIdentity },
    );
  };
