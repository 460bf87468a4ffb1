import { Fault } from '../../core/fault.ts'
import { readIpValue } from '../../core/ip-value.ts'
import { parseZoneName } from './zone-name.ts'

/** Where a redirection goes: to addresses of either or both families, or to one name. */
export interface RedirectTarget {
  readonly v4: readonly string[]
  readonly v6: readonly string[]
  readonly name: string | null
}

/**
 * The target that a definition's `to` means; null when it is empty, so that a redirection has nowhere to go. Throws
 * `list/invalid` on a network, and on a name among others.
 */
export function parseRedirectTarget(to: readonly string[]): RedirectTarget | null {
  if (to.length === 0) return null
  const addresses = to.flatMap((text): string[] => {
    const reading = readIpValue(text)
    return 'value' in reading && !reading.value.includes('/') ? [reading.value] : []
  })
  if (addresses.length === to.length) {
    return {
      v4: addresses.filter((address) => !address.includes(':')),
      v6: addresses.filter((address) => address.includes(':')),
      name: null,
    }
  }
  const [text = ''] = to
  if (to.length > 1 || /^[\d.]*$|[:/]/.test(text)) {
    throw new Fault(
      'list/invalid',
      `expected addresses or one name to redirect to, got ${JSON.stringify(to.slice(0, 8))}`,
    )
  }
  return { v4: [], v6: [], name: parseZoneName(text) }
}
