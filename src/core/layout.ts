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

/** What the key of a restricted list's proof tree is made for (`docs/spec/keys.md` §1). It signs nothing. */
export function treeUse(place: string): string {
  return `tree-${place}`
}

export function isTreeUse(use: string): boolean {
  return use.startsWith('tree-')
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

/** The folder of the transparency log, and of the prefix of its C2SP tiles (`docs/spec/log.md` §2). */
export const LOG_FOLDER = 'log'

export const LOG_CHECKPOINT_PATH = `${LOG_FOLDER}/checkpoint`

/** The TUF target that says whom to believe about the log. */
export const LOG_POLICY_TARGET = 'log/policy.txt'

/** `path` as `printTilePath` makes it. */
export function logTilePath(path: string): string {
  return `${LOG_FOLDER}/${path}`
}

/** Where the proof lies that a metadata file is in the log. */
export function metadataProofPath(role: string, version: number): string {
  return `${LOG_FOLDER}/proof/${role}/${String(version)}.tlog-proof`
}

/** Where the proof lies that a serial's manifest is in the log. */
export function publicationProofPath(place: string, serial: number): string {
  return `${LOG_FOLDER}/proof/publication/${place}/${String(serial)}.tlog-proof`
}
