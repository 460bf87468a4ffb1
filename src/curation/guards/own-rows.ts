import { readDomainName } from '../../core/domain-name.ts'
import { readIpValue } from '../../core/ip-value.ts'
import type { ListDefinition } from '../../core/list-definition.ts'
import { sortRegister, type RegisterRow } from '../../core/register.ts'

/**
 * What the authority's own lists need to work: names of zones, and where redirections and steering lead. Names that are not of the public DNS are left
 * out: no entry can be one.
 */
export function ownRows(
  definitions: readonly Pick<ListDefinition, 'id' | 'zone' | 'action' | 'steering'>[],
): RegisterRow[] {
  const rows = new Map<string, RegisterRow>()
  const add = (text: string, reason: string): void => {
    const value = canonical(text)
    if (value === null || rows.has(value)) return
    rows.set(value, { value, purpose: 'authority', scope: 'name', reason, source: '' })
  }
  for (const { id, zone, action, steering } of definitions) {
    if (zone !== null) add(zone.origin, `the zone of the list ${id}`)
    for (const to of action.to) add(to, `where the list ${id} redirects`)
    for (const to of steering?.to ?? []) add(to, `the proxy of the list ${id}`)
  }
  return sortRegister(rows.values())
}

function canonical(text: string): string | null {
  const address = readIpValue(text)
  if ('value' in address) return address.value
  const name = readDomainName(text)
  return 'name' in name ? name.name : null
}
