import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import {
  AccountRecovery,
  FeaturePlan,
  Mfa,
  StandardThreatProtectionMode,
  UserPool,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Grants, Rows } from '../lambda/grants.ts';

/** Nothing deletes a user, because ids stay taken. */
const OPEN = ['AdminGetUser', 'AdminCreateUser', 'AdminEnableUser', 'AdminUserGlobalSignOut'];
const ALL = [...OPEN, 'AdminDisableUser'];

const BEHIND = ['enrolled-token-users'];
const LISTS: Rows = { get: BEHIND, put: BEHIND };
const BRINGS: Rows = { ...LISTS, delete: BEHIND };

/** What each kind of `Grants.tokenUsers` has: rows, and actions on the pool. */
export const TOKEN_USERS: Readonly<
  Record<NonNullable<Grants['tokenUsers']>, { readonly rows: Rows; readonly actions: readonly string[] }>
> = {
  list: { rows: LISTS, actions: [] },
  open: { rows: BRINGS, actions: OPEN },
  bring: { rows: BRINGS, actions: ALL },
  finish: { rows: { ...BRINGS, query: BEHIND }, actions: ALL },
  compare: { rows: LISTS, actions: ALL },
};

/**
 * The issuer of tokens: a user pool whose user names are the ids of principals. Users follow the acts on principals. An
 * administrator makes those of the principals that the trust domain's file names.
 * Callers must send the ID token, because it has an audience.
 */
export class Tokens extends Construct {
  readonly poolId: string;
  readonly issuer: string;
  readonly audience: string;
  readonly authorizer: HttpJwtAuthorizer;

  readonly #pool: UserPool;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const pool = new UserPool(this, 'Principals', {
      selfSignUpEnabled: false,
      signInAliases: { username: true },
      signInCaseSensitive: true,
      accountRecovery: AccountRecovery.NONE,
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 16,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(1),
      },
      featurePlan: FeaturePlan.PLUS,
      standardThreatProtectionMode: StandardThreatProtectionMode.FULL_FUNCTION,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const client: UserPoolClient = pool.addClient('Console', {
      authFlows: { userSrp: true },
      disableOAuth: true,
      preventUserExistenceErrors: true,
      idTokenValidity: Duration.minutes(15),
      accessTokenValidity: Duration.minutes(15),
      refreshTokenValidity: Duration.hours(8),
    });
    const { region, urlSuffix } = Stack.of(this);
    this.#pool = pool;
    this.poolId = pool.userPoolId;
    this.issuer = `https://cognito-idp.${region}.${urlSuffix}/${pool.userPoolId}`;
    this.audience = client.userPoolClientId;
    this.authorizer = new HttpJwtAuthorizer('Tokens', this.issuer, { jwtAudience: [this.audience] });
  }

  grantUsers(role: IRole, what: keyof typeof TOKEN_USERS): void {
    const { actions } = TOKEN_USERS[what];
    if (actions.length === 0) return;
    role.addToPrincipalPolicy(
      new PolicyStatement({
        sid: 'TokenUsers',
        actions: actions.map((action) => `cognito-idp:${action}`),
        resources: [this.#pool.userPoolArn],
      }),
    );
  }
}
