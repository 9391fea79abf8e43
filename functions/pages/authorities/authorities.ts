import type { Route } from '../../http/route.ts';
import { authorityStatesPage, publishCrlForm, publishCrlFormAddress } from './authority-pages.ts';

export const authorityPages: readonly Route[] = [authorityStatesPage, publishCrlForm, publishCrlFormAddress];
