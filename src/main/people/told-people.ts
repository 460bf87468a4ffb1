import type { ApiKey } from '../../store/api-key-store.ts'
import type { Passkey } from '../../store/passkey-store.ts'
import type { Organisation } from '../../store/organisation-store.ts'
import type { User } from '../../store/user-store.ts'
import type {
  InvitedUser,
  ToldKey,
  ToldOrganisation,
  ToldPasskey,
  ToldUser,
} from './people-deeds.ts'
import type { Invited } from './manage-users.ts'

/** Without what means nothing outside the database. */
export function toldUser(user: User): ToldUser {
  const { name, organisation, email, status, roles, hasPassword, hasSecondFactor } = user
  const { invitedUntil, createdAt, disabledAt } = user
  return {
    ...{ name, organisation: organisation.name, email, status, roles, hasPassword },
    ...{ hasSecondFactor, invitedUntil, createdAt, disabledAt },
  }
}

export function toldInvited({ user, ...told }: Invited): InvitedUser {
  return { user: toldUser(user), ...told }
}

export function toldKey({ name, user, grant, ...times }: ApiKey): ToldKey {
  const { createdAt, expiresAt, lastUsedAt, revokedAt } = times
  const { list, role } = grant
  return { name, user, grant: { list, role }, createdAt, expiresAt, lastUsedAt, revokedAt }
}

export function toldPasskey({ number, name, createdAt, lastUsedAt }: Passkey): ToldPasskey {
  return { passkey: number, name, createdAt, lastUsedAt }
}

export function toldOrganisation({ name, kind, createdAt }: Organisation): ToldOrganisation {
  return { name, kind, createdAt }
}
