import type { DomainFile } from '../service.ts';

/** An operator leaves, and a CA is added, with a profile and offices that may apply for it. */
export const change = (file: DomainFile): void => {
  const [first] = file.authorities;
  const profile = file.profiles.find(({ id }) => id === 'official-position');
  if (!first || !profile) throw new Error('the demonstration has changed');
  const subject = [
    ['C', 'JP'],
    ['OU', 'Seal CA'],
  ];
  const added = { id: 'seal', serialPrefix: '0a', subject, algorithm: 'ecdsa-p256-sha256' };
  file.authorities.push({ ...structuredClone(first), ...added });
  file.profiles.push({ ...structuredClone(profile), id: 'seal', authority: 'seal' });
  file.operators.splice(
    file.operators.findIndex(({ id }) => id === 'operator-mori'),
    1,
  );
};
