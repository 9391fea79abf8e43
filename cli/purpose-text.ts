/** In text, in place of what a record does not have. */
export const NONE = '-';

/** The purpose of an answer, and whether the recipient named it. */
export const purposeText = ({
  purpose,
  purposeAssumed,
}: {
  readonly purpose?: string | null;
  readonly purposeAssumed?: true;
}): string => (purpose == null ? NONE : purposeAssumed ? `${purpose} (assumed)` : purpose);
