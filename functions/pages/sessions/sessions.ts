import type { Route } from '../../http/route.ts';
import {
  endOfficersSessionsForm,
  endOwnSessionsForm,
  officersSessionsFormAddress,
  sessionsPage,
} from './ending.ts';
import { makeOneTimeAddress, signIn, signInPage, signOut, useOneTimeAddress } from './sign-in.ts';

export const signInPages: readonly Route[] = [
  signInPage,
  signIn,
  signOut,
  makeOneTimeAddress,
  useOneTimeAddress,
  sessionsPage,
  endOwnSessionsForm,
  endOfficersSessionsForm,
  officersSessionsFormAddress,
];
