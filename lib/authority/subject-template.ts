import type { Oid } from '../pki/der.ts';

/** Where a value comes from: fixed text, a field of the request, or an attribute of the office. */
export type Source = string | { readonly field: string } | { readonly office: string };

/** One RDN each, in encoded order. An entry whose optional field is absent is left out. */
export type SubjectTemplate = readonly (readonly [type: string, source: Source])[];

export type AlternativeNameTemplate =
  /** A UTF8String under the otherName's type. */
  | { readonly kind: 'otherName'; readonly type: Oid; readonly source: Source }
  | {
      readonly kind: 'dNSName' | 'rfc822Name' | 'uniformResourceIdentifier' | 'iPAddress';
      readonly source: Source;
    }
  | { readonly kind: 'directoryName'; readonly name: SubjectTemplate };
