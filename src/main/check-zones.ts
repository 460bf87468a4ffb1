import { listRole, listTarget, SNAPSHOT_FILE } from '../core/layout.ts'
import { openZoneImage, type ZoneImage } from '../formats/zone/zone-image.ts'
import { openZoneFolder } from '../platform/zone-folder.ts'
import { parseOwnMetadata } from '../publish/tuf-metadata.ts'
import type { StoredList } from '../store/list-store.ts'
import type { Authority } from './open-authority.ts'

/**
 * Whether the zone that lies ready for a list's newest serial is whole, and has the digest that was signed with it. One that does not lie
 * there is no finding: whoever serves makes it.
 */
export function checkZone({ store, paths }: Authority, list: StoredList): string[] {
  const latest = store.publications.latest(list.rowId)
  if (latest === null) return []
  const { place } = list
  const { serial, state } = latest
  const folder = openZoneFolder(paths.zones)
  const name = `${serial}.zone`
  if (!folder.names(place).includes(name)) return []
  const image = openZoneImage(folder, { place, serial, state })
  if (image === null) {
    return [
      `zones/${place}/${name} is not whole or not of this serial: remove it, and «bailiwick serve» makes it again`,
    ]
  }
  try {
    return checkDigest(image, signedDigest(store, place, serial))
  } finally {
    image.close()
  }
}

function checkDigest({ summary }: ZoneImage, signed: string | null): string[] {
  if (signed === null || summary.zonemd === signed) return []
  return [
    `expected the zone of serial ${summary.serial} to have the digest ${signed} that was signed, got ${summary.zonemd ?? 'none'}: remove zones/${summary.place}, and «bailiwick serve» makes it again`,
  ]
}

/** The digest that was signed with the serial; null when none was. */
function signedDigest(
  { metadata }: Authority['store'],
  place: string,
  serial: number,
): string | null {
  const role = metadata.latest(listRole(place))
  if (role === null) return null
  const { targets } = parseOwnMetadata(role.bytes, 'targets')
  const custom = targets[listTarget(place, SNAPSHOT_FILE)]?.custom
  if (custom?.['serial'] !== serial) return null
  return typeof custom['zonemd'] === 'string' ? custom['zonemd'] : null
}
