/** In capitals and groups of four, as people read it aloud and compare it with paper. */
export const fingerprintText = (hex: string): string => (hex.toUpperCase().match(/.{1,4}/g) ?? []).join(' ');
