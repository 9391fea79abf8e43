import { YEAR_FORMS, type YearForm } from '../../web/reader.ts';
import type { HttpHead } from '../http/http.ts';
import { cookieIn, YEARS } from './cookies.ts';

export const yearsNamed = (text: string | null | undefined): YearForm | undefined =>
  YEAR_FORMS.find((form) => form === text);

/** As they were chosen on a page. */
export const yearsFor = ({ query, headers }: Pick<HttpHead, 'query' | 'headers'>): YearForm =>
  yearsNamed(query.get('years')) ?? yearsNamed(cookieIn(headers.cookie, YEARS)) ?? 'western';
