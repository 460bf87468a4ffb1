import type { JSX } from 'hono/jsx/jsx-runtime'
import { ALL_LISTS, type RoleGrant } from '../../../core/person.ts'
import type { Texts } from '../../texts/texts.ts'

/** Roles, each with its list. */
export function Grants({
  roles,
  t,
}: {
  readonly roles: readonly RoleGrant[]
  readonly t: Texts
}): JSX.Element {
  return <>{roles.map((grant) => grantText(t, grant)).join('; ') || t.none}</>
}

export function grantText({ people: words }: Texts, { list, role }: RoleGrant): string {
  return `${words.roleNames[role]}: ${list === ALL_LISTS ? words.allLists : list}`
}
