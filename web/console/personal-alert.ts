import { alert, type Html } from '../document.ts';
import type { Reader } from '../reader.ts';

/** Says why the personal data of a thing are not shown. Nothing where they are. */
export const personalAlert = (
  { t }: Reader,
  { personalData }: { readonly personalData?: { readonly state: string } },
): Html | undefined =>
  personalData &&
  alert(
    t`These data are not shown`,
    personalData.state === 'ended'
      ? t`Their retention has ended.`
      : t`They cannot be read now; tell the operator.`,
  );
