import { ACT_KEY_KINDS, type ActKeyKind } from '../act-kinds.ts';
import type { TrustDomain } from './contract.ts';

/** Every key of acts that the file asks for; each generation after the one before it. */
export const actKeysOf = ({
  acts: { keys },
}: Pick<TrustDomain, 'acts'>): readonly { readonly kind: ActKeyKind; readonly generation: number }[] =>
  ACT_KEY_KINDS.flatMap((kind) =>
    Array.from({ length: keys[kind] ?? 1 }, (_, index) => ({ kind, generation: index + 1 })),
  );
