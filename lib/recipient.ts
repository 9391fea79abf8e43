import type { Caller, Principal } from './principal.ts';

/** How the record of an answer names the principal that got it. */
export const recipientOf = ({
  id,
  office,
  door,
}: Principal): Pick<Caller, 'recipient' | 'office' | 'door'> => ({
  recipient: id,
  ...(office !== undefined && { office }),
  ...(door !== undefined && { door }),
});
