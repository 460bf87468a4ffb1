import {
  blob,
  customType,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
} from 'drizzle-orm/sqlite-core'
import { ORGANISATION_KINDS, ROLES } from '../core/person.ts'
import { SIGN_IN_MEANS } from '../core/sign-in-means.ts'

/**
 * The tables of people. Rows of `organisations`, `users` and `api_keys` never go, by triggers: what is recorded under a name must not come
 * to mean somebody else. The tables from `sessions` on belong to the sign-in library, in its own words; nobody else writes them but to end
 * what is in them.
 */

/** A time as ISO 8601 text in UTC, as everywhere; the sign-in library hands over dates. */
const time = customType<{ data: Date; driverData: string }>({
  dataType: () => 'text',
  toDriver: (at) => at.toISOString(),
  fromDriver: (text) => new Date(text),
})

export const organisations = sqliteTable('organisations', {
  id: integer().primaryKey({ autoIncrement: true }),
  name: text().notNull().unique(),
  kind: text({ enum: ORGANISATION_KINDS }).notNull(),
  createdAt: time('created_at').notNull(),
})

export const users = sqliteTable('users', {
  id: text().primaryKey(),
  name: text().notNull().unique(),
  /**
   * What the sign-in library takes for an address: made of the name in lower case, so that no two names differ in nothing but the
   * case of letters.
   */
  signIn: text('sign_in').notNull().unique(),
  /** For people, and for single sign-on. */
  contact: text().unique(),
  organisationId: integer('organisation_id')
    .notNull()
    .references(() => organisations.id),
  status: text({ enum: ['active', 'disabled'] })
    .notNull()
    .default('active'),
  /** SHA-256 of the code with which the user chooses a password, once. */
  invitationHash: text('invitation_hash').unique(),
  invitedUntil: time('invited_until'),
  emailVerified: integer('email_verified', { mode: 'boolean' }).notNull().default(false),
  secondFactor: integer('second_factor', { mode: 'boolean' }).notNull().default(false),
  createdAt: time('created_at').notNull(),
  updatedAt: time('updated_at').notNull(),
  disabledAt: time('disabled_at'),
})

export const userRoles = sqliteTable(
  'user_roles',
  {
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    /** The id of a list, or `*`. */
    list: text().notNull(),
    role: text({ enum: ROLES }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.list, table.role] })],
)

export const apiKeys = sqliteTable('api_keys', {
  id: integer().primaryKey({ autoIncrement: true }),
  name: text().notNull().unique(),
  userId: text('user_id')
    .notNull()
    .references(() => users.id),
  /** SHA-256 of the key, which is 256 bits of chance and is stored nowhere. */
  keyHash: text('key_hash').notNull().unique(),
  list: text().notNull(),
  role: text({ enum: ROLES }).notNull(),
  createdAt: time('created_at').notNull(),
  expiresAt: time('expires_at').notNull(),
  /** To within some minutes. */
  lastUsedAt: time('last_used_at'),
  revokedAt: time('revoked_at'),
})

/** What a user signs in with instead of a password. One that was removed is gone; the chain tells of it. */
export const passkeys = sqliteTable(
  'passkeys',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    /** As its authenticator named it, in base64url. */
    credentialId: text('credential_id').notNull().unique(),
    /** COSE (RFC 9052 §7). */
    publicKey: blob('public_key', { mode: 'buffer' }).notNull(),
    /** How often it signed, as it says itself; 0 of those that don't count. Never goes back, by a trigger. */
    counter: integer().notNull(),
    /** How browsers reach it, separated by spaces. */
    transports: text().notNull(),
    /** The user's own. */
    name: text().notNull(),
    createdAt: time('created_at').notNull(),
    lastUsedAt: time('last_used_at'),
  },
  (table) => [index('passkeys_user').on(table.userId)],
)

export const sessions = sqliteTable(
  'sessions',
  {
    id: text().primaryKey(),
    token: text().notNull().unique(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    expiresAt: time('expires_at').notNull(),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    /** By what it was begun, which it keeps, by a trigger. */
    means: text({ enum: SIGN_IN_MEANS }).notNull().default('password'),
  },
  (table) => [index('sessions_user').on(table.userId)],
)

/** How a user may sign in: by a password, or by another's word for it. */
export const signInWays = sqliteTable(
  'sign_in_ways',
  {
    id: text().primaryKey(),
    accountId: text('account_id').notNull(),
    providerId: text('provider_id').notNull(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    /** Of a password: scrypt, with its salt. */
    password: text(),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    accessTokenExpiresAt: time('access_token_expires_at'),
    refreshTokenExpiresAt: time('refresh_token_expires_at'),
    scope: text(),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
  },
  (table) => [index('sign_in_ways_user').on(table.userId)],
)

/** What a sign-in that is under way waits for. */
export const signInChallenges = sqliteTable(
  'sign_in_challenges',
  {
    id: text().primaryKey(),
    identifier: text().notNull(),
    value: text().notNull(),
    expiresAt: time('expires_at').notNull(),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
  },
  (table) => [index('sign_in_challenges_identifier').on(table.identifier)],
)

export const secondFactors = sqliteTable(
  'second_factors',
  {
    id: text().primaryKey(),
    /** Sealed under the sign-in key of the data folder. */
    secret: text().notNull(),
    backupCodes: text('backup_codes').notNull(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    verified: integer({ mode: 'boolean' }).notNull().default(false),
    failedVerificationCount: integer('failed_verification_count').notNull().default(0),
    lockedUntil: time('locked_until'),
  },
  (table) => [index('second_factors_user').on(table.userId)],
)
