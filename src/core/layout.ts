/**
 * Every published path is made here, and nowhere else (`docs/spec/http.md` §2). Paths are relative to
 * the root of what is published, with `/` on every platform.
 */

export const TIMESTAMP_PATH = 'tuf/metadata/timestamp.json'

/** `tuf/metadata/N.role.json`: immutable. */
export function metadataPath(role: string, version: number): string {
  return `tuf/metadata/${String(version)}.${role}.json`
}

/** The TUF role of a list whose place is `place` (its id, or an opaque code for a restricted list). */
export function listRole(place: string): string {
  return `list-${place}`
}

/** The TUF target path of one of a list's files, as it stands in metadata. */
export function listTarget(place: string, file: string): string {
  return `lists/${place}/${file}`
}

export const SNAPSHOT_FILE = 'snapshot.txt.gz'
export const DEFINITION_FILE = 'list.json'

export function deltaFile(from: number, to: number): string {
  return `delta-${String(from)}-${String(to)}.txt.gz`
}

/** Where the bytes of a target lie, by consistent snapshots (TUF 1.0 §7.4): the digest before the file name. */
export function targetPath(target: string, sha256Hex: string): string {
  const slash = target.lastIndexOf('/')
  return `tuf/targets/${target.slice(0, slash + 1)}${sha256Hex}.${target.slice(slash + 1)}`
}
