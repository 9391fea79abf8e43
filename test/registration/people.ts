import type { Principal } from '../../lib/principal.ts';

/**
 * The people of two offices and the centre. Suzuki is both an officer and an operator: one person, two principals. Abe approves
 * at the office and does nothing else; Mori has every duty.
 */
const principal = (
  id: string,
  role: Principal['role'],
  person: string,
  office?: string,
  duties: Principal['duties'] = ['receive', 'examine'],
): Principal => ({
  id,
  role,
  person,
  name: { ja: person, en: person },
  ...(office !== undefined && { office, duties }),
});

export const PEOPLE = {
  tanaka: principal('hino-tanaka', 'officer', 'tanaka', 'hino'),
  sato: principal('hino-sato', 'officer', 'sato', 'hino'),
  suzuki: principal('hino-suzuki', 'officer', 'suzuki', 'hino'),
  tanakaAgain: principal('hino-tanaka-2', 'officer', 'tanaka', 'hino'),
  abe: principal('hino-abe', 'officer', 'abe', 'hino', ['approve']),
  mori: principal('hino-mori', 'officer', 'mori', 'hino', ['receive', 'examine', 'approve']),
  ito: principal('nara-ito', 'officer', 'ito', 'nara'),
  kato: principal('nara-kato', 'officer', 'kato', 'nara'),
  lost: principal('lost', 'officer', 'nobody'),
  yamada: principal('centre-yamada', 'operator', 'yamada'),
  kobayashi: principal('centre-kobayashi', 'operator', 'kobayashi'),
  suzukiAtCentre: principal('centre-suzuki', 'operator', 'suzuki'),
  auditor: principal('auditor', 'auditor', 'auditor'),
  verifier: principal('verifier', 'relyingParty', 'verifier'),
  holder: principal('holder', 'holder', 'tanaka'),
} as const;

/** The centre's people of the tenant that has the office of Nara, and of the one that has the office of Hino. */
export const TENANTS = {
  ofNara: { ...principal('minase-okada', 'operator', 'okada'), tenant: 'minase' },
  ofNaraAuditing: { ...principal('minase-mori', 'auditor', 'mori'), tenant: 'minase' },
  ofHino: { ...principal('tokiwa-abe', 'operator', 'abe'), tenant: 'tokiwa' },
} as const;

export type Who = keyof typeof PEOPLE;
